//! What can be asked of a door.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    cases::{ClusterNode, Key},
    pool::Pool,
    traces::Run,
};

/// The index of the node on which a key lives, or the code of the error.
pub type Home = Result<usize, String>;

/// What a door says when it refuses.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Refusal {
    /// The word for the error.
    pub code: String,
    /// The place in a config.
    pub line: Option<u32>,
    /// The place in its line.
    pub column: Option<u32>,
    /// The place in an array of keys or names.
    pub position: Option<usize>,
}

/// What came of a question.
#[derive(Debug)]
pub enum Asked<T> {
    /// An answer.
    Answered(T),
    /// An error.
    Refused(Refusal),
    /// This door has no such question; why.
    NotHere(&'static str),
}

impl<T> Asked<T> {
    /// The answer, or how it was refused, of a door that has the question.
    pub fn answer(self) -> Result<T, Refusal> {
        match self {
            Self::Answered(answer) => Ok(answer),
            Self::Refused(refusal) => Err(refusal),
            Self::NotHere(why) => panic!("it cannot be asked: {why}"),
        }
    }

    /// What an answer is turned into; what is no answer stays as it is.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Asked<U> {
        match self {
            Self::Answered(answer) => Asked::Answered(change(answer)),
            Self::Refused(refusal) => Asked::Refused(refusal),
            Self::NotHere(why) => Asked::NotHere(why),
        }
    }
}

impl<T> Asked<Vec<T>> {
    /// How many answers there are.
    pub fn count(&self) -> usize {
        if let Self::Answered(answers) = self { answers.len() } else { 0 }
    }
}

impl<T> From<Result<T, Refusal>> for Asked<T> {
    fn from(answer: Result<T, Refusal>) -> Self {
        answer.map_or_else(Self::Refused, Self::Answered)
    }
}

/// What a cluster's reply means.
#[derive(Debug)]
pub struct Cluster {
    /// The nodes, in order.
    pub nodes: Vec<ClusterNode>,
    /// A home for each key.
    pub homes: Vec<Home>,
}

/// What is said of a command.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The positions of its keys.
    pub keys: Result<Vec<usize>, Refusal>,
    /// Its route, as JSON.
    pub route: Result<Value, Refusal>,
    /// What its first two words say, as JSON.
    pub kind: Result<Value, Refusal>,
}

/// Who can say where keys live: a door, or real servers.
pub trait Witness: Sync {
    /// What to call it.
    fn name(&self) -> &str;

    /// Where many keys live, asked as one asks for many. Where ways of asking that should say the same do not, an
    /// error in the place of a home says so.
    fn homes(&self, pool: &Pool, keys: &[Key]) -> Asked<Vec<Home>>;
}

/// A way into keyhome. Configs are text; `pool` names one, or none.
///
/// Answers that the contract shows as JSON (`balance`, `diff`, the pools of a config) are given as JSON.
pub trait Door: Witness {
    /// Where keys live, in every way of asking.
    fn placement(&self, config: &str, pool: Option<&str>, keys: &[Key]) -> Asked<Vec<Home>>;

    /// Where keys live after nodes are taken away, step after step; the first step that is refused is the last one.
    fn without(
        &self,
        config: &str,
        pool: Option<&str>,
        steps: &[&[String]],
        keys: &[Key],
    ) -> Asked<Vec<Result<Vec<Home>, Refusal>>>;

    /// Up to `n` indexes of nodes that follow the home of each key.
    fn successors(
        &self,
        config: &str,
        pool: Option<&str>,
        without: &[String],
        n: usize,
        keys: &[Key],
    ) -> Asked<Vec<Vec<usize>>>;

    /// `range`, `shares` and, for redis-cluster, `uncovered`.
    fn balance(&self, config: &str, pool: Option<&str>, without: &[String]) -> Asked<Value>;

    /// Which positions are whose, of a pool as it is written, without the nodes that are taken away.
    fn arcs(&self, pool: &Pool) -> Asked<Value>;

    /// `exact`, `range`, `moves`, `stays`, `addresses`.
    fn diff(&self, old: &str, new: &str) -> Asked<Value>;

    /// The fingerprint.
    fn fingerprint(&self, config: &str) -> Asked<String>;

    /// The slots of keys.
    fn slots(&self, keys: &[Key]) -> Asked<Vec<u16>>;

    /// The pools of a config, which have these names, as `config.json` shows them.
    fn config(&self, config: &str, pools: &[&str]) -> Asked<Vec<Value>>;

    /// What a config that is not valid is refused with.
    fn config_error(&self, config: &str, pool: Option<&str>) -> Asked<()>;

    /// What a cluster's reply means; `kind` is `nodes` (text), `slots` or `shards` (lists and maps).
    fn cluster(&self, kind: &str, reply: &Value, keys: &[Key]) -> Asked<Cluster>;

    /// What is said of commands, each a list of words.
    fn commands(&self, commands: &[Vec<Key>]) -> Asked<Vec<Said>>;

    /// What the calls of a run give, as the recordings have it.
    fn replay(&self, run: &Run) -> Asked<Vec<Value>>;
}
