//! One reply made of several that are not parts of one command: what each thread knows of its clients, what each server
//! says of itself.

/// Writes the one reply. It gets what was answered, in the order of those who were asked.
pub(crate) type Combine = Box<dyn FnOnce(&[Vec<u8>], &mut Vec<u8>) + Send>;

/// The answers of those who were asked, as they come in.
pub(crate) struct Survey {
    answers: Vec<Option<Vec<u8>>>,
    /// Of those from this one on, one that does not refuse is enough.
    one_from: Option<usize>,
    combine: Combine,
}

impl Survey {
    /// Of those from `one_from` on, one that does not refuse is enough: the answers of the others, which may never come,
    /// are not waited for.
    pub(crate) fn new(asked: usize, one_from: Option<usize>, combine: Combine) -> Self {
        Self { answers: vec![None; asked], one_from, combine }
    }

    /// Nothing is to be written.
    pub(crate) fn unwanted(self) -> Self {
        Self { combine: Box::new(|_, _| ()), ..self }
    }

    /// Takes an answer; true when there are enough.
    pub(crate) fn add(&mut self, from: usize, answer: &[u8]) -> bool {
        match self.answers.get_mut(from) {
            Some(place @ None) => {
                *place = Some(answer.to_vec());
                self.answers.iter().all(Option::is_some) || self.has_enough()
            }
            _ => false,
        }
    }

    fn has_enough(&self) -> bool {
        let Some((all_of, one_of)) = self.one_from.and_then(|from| self.answers.split_at_checked(from))
        else {
            return false;
        };
        all_of.iter().all(Option::is_some)
            && one_of.iter().flatten().any(|answer| answer.first() != Some(&b'-'))
    }

    /// Bytes of the answers.
    pub(crate) fn bytes(&self) -> usize {
        self.answers.iter().flatten().map(Vec::len).sum()
    }

    /// Writes the reply.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        let answers: Vec<Vec<u8>> = self.answers.into_iter().flatten().collect();
        (self.combine)(&answers, out);
    }
}
