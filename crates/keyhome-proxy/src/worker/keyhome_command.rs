//! KEYHOME: what the proxy is asked to do itself, from inside any client of Redis.

use keyhome_resp::error;

use super::{Worker, requests::Request};
use crate::answers;

impl Worker {
    pub(super) fn keyhome(&mut self, index: usize, request: &Request<'_>) {
        let Some(client) = self.clients.get(index) else { return };
        let pool = &self.pools[client.pool].pool;
        if pool.settings.redis_auth.is_some() && !client.session.authenticated {
            return self.answer(index, |out| error(out, "NOAUTH Authentication required."));
        }
        let words = request.words();
        match words.get(1) {
            Some(word) if word.eq_ignore_ascii_case(b"reload") && words.len() == 2 => {
                self.ask_to_reload(index);
            }
            Some(word) if word.eq_ignore_ascii_case(b"reload") => {
                self.answer(index, |out| answers::wrong_words(out, "keyhome|reload"));
            }
            _ => {
                let mut reply = Vec::new();
                answers::keyhome::of(&client.session, pool, &words, self.now, &mut reply);
                self.answer(index, |out| out.extend_from_slice(&reply));
            }
        }
    }
}
