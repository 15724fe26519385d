//! The server of a transaction, and the connection to it that is the client's alone.

use keyhome_resp::error;

use super::{Worker, requests::Request};
use crate::{
    answers::errors,
    server::Waiting,
    transaction::{Pinned, Transaction},
};

impl Worker {
    /// The one server of these keys, or the text that says who is where.
    pub(super) fn one_home(
        &mut self,
        index: usize,
        words: &[&[u8]],
        keys: impl IntoIterator<Item = usize>,
    ) -> Result<usize, String> {
        let pool = self.clients[index].pool;
        let mut homes = Vec::new();
        for at in keys {
            let server = self.pools[pool].home(words[at], self.now).map_err(|refusal| refusal.to_string())?;
            homes.push((at, server));
        }
        match homes.first() {
            Some((_, first)) if homes.iter().all(|(_, server)| server == first) => Ok(*first),
            _ => Err(errors::on_several(self.pools[pool].pool.all(), words, &homes)),
        }
    }

    /// Gives the client's transaction its server; what came before the first key goes there now.
    pub(super) fn pin(&mut self, index: usize, server: usize) -> Result<(), String> {
        let client = &mut self.clients[index];
        if let Some(pinned) = client.transaction.get_or_insert_default().pinned {
            if pinned.server == server {
                return Ok(());
            }
            let nodes = self.pools[client.pool].pool.all().nodes();
            let name = |server: usize| nodes.get(server).map_or("?", |node| node.name.as_str());
            return Err(format!(
                "CROSSSLOT keys are watched on {} already, and these are on {}",
                name(pinned.server),
                name(server)
            ));
        }
        client.update_special();
        let connection = match self.private(index, server) {
            Ok(connection) => connection,
            Err(text) => {
                let client = &mut self.clients[index];
                if client.transaction.as_ref().is_some_and(|it| !it.multi) {
                    client.transaction = None;
                    client.update_special();
                }
                return Err(text.into());
            }
        };
        let Some(transaction) = &mut self.clients[index].transaction else { return Ok(()) };
        transaction.pinned = Some(Pinned { server, connection });
        let (early, count) = (std::mem::take(&mut transaction.early), transaction.early_count);
        if transaction.multi
            && let Some(to) = self.servers.get_mut(connection)
        {
            let own = Waiting::own(self.now);
            to.add(own, &mut self.stock, |out| {
                keyhome_resp::request(out, &["MULTI"]);
                out.extend_from_slice(&early);
            });
            to.waiting.extend(std::iter::repeat_n(own, count));
        }
        Ok(())
    }

    pub(super) fn send_pinned(&mut self, index: usize, request: &Request<'_>) {
        let pinned = self.clients[index].transaction.as_ref().and_then(|it| it.pinned);
        match pinned {
            Some(pinned) if self.servers.contains(pinned.connection) => {
                self.send_over(index, pinned.connection, request);
            }
            _ => {
                self.fail(index);
                self.answer(index, |out| error(out, "ERR the connection of the transaction was lost"));
            }
        }
    }

    /// The connection of a transaction was lost: what was queued or watched is gone with it.
    pub(super) fn transaction_lost(&mut self, index: usize) {
        let Some(transaction) = self.clients.get_mut(index).and_then(|client| client.transaction.as_mut())
        else {
            return;
        };
        **transaction = Transaction {
            multi: transaction.multi,
            failed: true,
            ending: transaction.ending,
            ..Transaction::default()
        };
    }
}
