//! Which endpoint serves a read, as docs/replicas.md tells it: lists of candidates, sorted, and sums in numbers so wide
//! that nothing has to be thought of.

/// An endpoint.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Where it is.
    pub address: String,
    /// The first is the primary.
    pub primary: bool,
    /// In another zone than the caller.
    pub far: bool,
    /// May be read from.
    pub up: bool,
    /// Sent and not over.
    pub in_flight: u32,
    /// In 4096ths of a microsecond; none: not known.
    pub average: Option<u128>,
    /// When it last moved.
    pub moved_at: u64,
    /// When the first in flight was sent, or one was over.
    pub progress_at: u64,
    /// Failures in a row.
    pub failures: u32,
    /// Left out until then.
    pub left_out_until: u64,
    /// Times in a row.
    pub left_out_times: u32,
}

/// All of a node.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// The policy.
    pub read_from: String,
    /// The caller's own.
    pub zone: Option<String>,
    /// The primary first.
    pub all: Vec<Endpoint>,
    /// Which comes next by turns.
    pub turn: usize,
}

const HALF_LIFE: u128 = 1 << 20;
const ONE: u128 = 4096;

/// What is left of a value after a time.
fn faded(value: u128, elapsed: u64) -> u128 {
    let (halvings, t) = (elapsed as u128 / HALF_LIFE, elapsed as u128 % HALF_LIFE);
    let mut value = value;
    for _ in 0..halvings.min(200) {
        value /= 2;
    }
    // 1 - ln 2 * t + (ln 2 - 1/2) * t * t, in parts of HALF_LIFE, rounded down at each step.
    let ln_2 = 726_817;
    let slope = ln_2 - (ln_2 - HALF_LIFE / 2) * t / HALF_LIFE;
    value - (value * t / HALF_LIFE) * slope / HALF_LIFE
}

fn capped(microseconds: u64) -> u128 {
    (microseconds as u128).min(1 << 30) * ONE
}

impl Endpoints {
    /// All up.
    pub fn new(read_from: &str, zone: Option<String>, endpoints: &[(String, Option<String>)]) -> Self {
        let mut new = Self { read_from: read_from.to_owned(), zone, all: vec![], turn: 0 };
        new.all = endpoints.iter().enumerate().map(|(place, of)| new.endpoint(place, of)).collect();
        new
    }

    fn endpoint(&self, place: usize, (address, zone): &(String, Option<String>)) -> Endpoint {
        Endpoint {
            address: address.clone(),
            primary: place == 0,
            far: self.zone.is_some() && *zone != self.zone,
            up: true,
            in_flight: 0,
            average: None,
            moved_at: 0,
            progress_at: 0,
            failures: 0,
            left_out_until: 0,
            left_out_times: 0,
        }
    }

    /// Groups of endpoints, the better first; the first group that is not empty serves.
    fn groups(&self, read_from: &str, now: u64) -> Vec<Vec<usize>> {
        let all = || 0..self.all.len();
        let replicas = |far: Option<bool>| {
            all()
                .filter(|at| !self.all[*at].primary && far.is_none_or(|far| self.all[*at].far == far))
                .collect::<Vec<_>>()
        };
        let primary = |far: Option<bool>| {
            all()
                .filter(|at| self.all[*at].primary && far.is_none_or(|far| self.all[*at].far == far))
                .collect()
        };
        let groups = match read_from {
            "primary" => vec![primary(None)],
            "replica" => vec![replicas(None)],
            "prefer-replica" => vec![replicas(None), primary(None)],
            "nearest" => {
                vec![replicas(Some(false)), primary(Some(false)), replicas(Some(true)), primary(Some(true))]
            }
            _ => vec![all().collect()],
        };
        let with = |outliers: bool| {
            groups.iter().map(move |group: &Vec<usize>| {
                let fits =
                    |at: &&usize| self.all[**at].up && (self.all[**at].left_out_until > now) == outliers;
                group.iter().filter(fits).copied().collect()
            })
        };
        with(false).chain(with(true)).collect()
    }

    /// Who serves a read.
    pub fn choose(&mut self, read_from: &str, dice: u64, now: u64) -> Option<usize> {
        let group = self.groups(read_from, now).into_iter().find(|group: &Vec<usize>| !group.is_empty())?;
        let draw = |bits: u64, count: usize| (bits as u128 * count as u128 / (1 << 32)) as usize;
        let mixed = crate::dice::mixed(dice);
        match read_from {
            "primary" => Some(0),
            "random" => Some(group[draw(mixed >> 32, group.len())]),
            "least-latency" => {
                let first = group[draw(mixed >> 32, group.len())];
                let rest: Vec<usize> = group.iter().copied().filter(|at| *at != first).collect();
                if rest.is_empty() {
                    return Some(first);
                }
                let second = rest[draw(mixed & 0xffff_ffff, rest.len())];
                let of = |at: usize| (self.cost(at, now), self.all[at].in_flight);
                Some(if of(second) < of(first) { second } else { first })
            }
            _ => {
                let next = group.iter().copied().find(|at| *at >= self.turn).unwrap_or(group[0]);
                self.turn = next + 1;
                Some(next)
            }
        }
    }

    fn quickest(&self) -> u128 {
        self.all.iter().filter(|one| one.up).filter_map(|one| one.average).min().unwrap_or(0)
    }

    fn average(&self, at: usize, now: u64) -> u128 {
        let one = &self.all[at];
        one.average.map_or(0, |average| faded(average, now.saturating_sub(one.moved_at)))
    }

    fn cost(&self, at: usize, now: u64) -> u128 {
        let one = &self.all[at];
        let mut latency = self.average(at, now).max(self.quickest() / 2);
        if one.in_flight > 0 {
            latency = latency.max(capped(now.saturating_sub(one.progress_at)));
        }
        latency * (one.in_flight as u128 + 1) * if one.far { 2 } else { 1 }
    }

    /// A request goes out.
    pub fn sent(&mut self, at: usize, now: u64) {
        let one = &mut self.all[at];
        if one.in_flight == 0 {
            one.progress_at = now;
        }
        one.in_flight += 1;
    }

    /// One is over.
    pub fn released(&mut self, at: usize, now: u64) {
        let one = &mut self.all[at];
        one.in_flight -= u32::from(one.in_flight > 0);
        one.progress_at = now;
    }

    /// It replied.
    pub fn done(&mut self, at: usize, latency: u64, now: u64) {
        self.released(at, now);
        let one = &mut self.all[at];
        let latency = capped(latency).max(1);
        let average = one.average.unwrap_or(0);
        if latency >= average {
            (one.average, one.moved_at) = (Some(latency), now);
        } else {
            let above = average - latency;
            let left = faded(above, now.saturating_sub(one.moved_at));
            if left != above {
                (one.average, one.moved_at) = (Some(latency + left), now);
            }
        }
        (one.failures, one.left_out_until, one.left_out_times) = (0, 0, 0);
    }

    /// It did not.
    pub fn failed(&mut self, at: usize, now: u64) {
        let outliers = self.all.iter().filter(|one| one.left_out_until > now).count();
        let room = 2 * (outliers + 1) <= self.all.len();
        let (average, quickest) = (self.average(at, now), self.quickest());
        self.released(at, now);
        let one = &mut self.all[at];
        if one.left_out_until > now {
            return;
        }
        one.failures += 1;
        let doubled = (2 * average.max(quickest).max(1000 * ONE)).min(capped(1 << 20));
        (one.average, one.moved_at) = (Some(average.max(doubled)), now);
        if one.failures >= 3 && room {
            one.left_out_until = now + 1_000_000 * 2_u64.pow(one.left_out_times.min(5));
            one.left_out_times += 1;
        }
    }

    /// Up or down.
    pub fn set_up(&mut self, at: usize, up: bool) {
        let one = &mut self.all[at];
        if up && !one.up {
            (one.failures, one.left_out_until, one.left_out_times) = (0, 0, 0);
        }
        one.up = up;
    }

    /// The last average, rounded.
    pub fn latency(&self, at: usize) -> Option<u128> {
        self.all.get(at)?.average.map(|average| (average + ONE / 2) / ONE)
    }

    /// Others in their place.
    pub fn replace(&mut self, endpoints: &[(String, Option<String>)]) -> Vec<Option<usize>> {
        let old = self.all.clone();
        let mut places = vec![None; old.len()];
        self.all = vec![];
        for (place, of) in endpoints.iter().enumerate() {
            let mut new = self.endpoint(place, of);
            let known = old.iter().position(|one| one.address == of.0);
            if let Some(known) = known.filter(|known| places[*known].is_none()) {
                places[known] = Some(place);
                new = Endpoint { primary: new.primary, far: new.far, ..old[known].clone() };
            }
            self.all.push(new);
        }
        places
    }
}
