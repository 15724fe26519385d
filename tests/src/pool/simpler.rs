//! Simpler pools than a pool: one thing taken out of it. Each step leads towards equal nodes of twemproxy's defaults.

use super::{Form, Node, Pool};
use crate::twin::pool::System;

impl Pool {
    /// Pools that are simpler by one thing, those that are simpler by much first. None is the pool itself.
    pub fn simpler(&self) -> Vec<Self> {
        if let Form::MapOf(_) = self.form {
            return vec![]; // it is what a real cluster said
        }
        let mut pools = vec![Self { gone: vec![], ..self.clone() }];
        pools.extend((0..self.gone.len()).map(|at| {
            let mut pool = self.clone();
            pool.gone.remove(at);
            pool
        }));
        pools.extend(
            (0..self.nodes.len()).filter(|_| self.nodes.len() > 1).map(|index| self.without_node(index)),
        );
        pools.extend(simpler_systems(&self.system).into_iter().map(|system| Self { system, ..self.clone() }));
        pools.push(self.with_all_nodes(|_, node| node.weight = 1));
        pools.push(self.with_all_nodes(|_, node| node.vnodes = None));
        pools.push(self.with_all_nodes(|_, node| node.name = None));
        pools.push(self.with_all_nodes(|number, node| node.address = format!("10.0.0.{number}:6379")));
        if self.system == System::RedisCluster {
            let each = 16384 / self.nodes.len() as u16;
            pools.push(self.with_all_nodes(|number, node| {
                node.slots = vec![each * (number - 1)..=each * number - 1];
            }));
        }
        for index in 0..self.nodes.len() {
            pools.push(self.with_node(index, |node| node.weight = 1));
            pools.push(self.with_node(index, |node| node.weight = node.weight.div_ceil(2)));
            pools.push(self.with_node(index, |node| node.vnodes = None));
        }
        pools.retain(|pool| (pool.text(), &pool.gone) != (self.text(), &self.gone));
        pools
    }

    /// Its slots go to the node before it.
    fn without_node(&self, index: usize) -> Self {
        let mut pool = self.clone();
        let node = pool.nodes.remove(index);
        pool.nodes[index.saturating_sub(1)].slots.extend(node.slots);
        pool.gone.retain(|gone| *gone != index);
        pool.gone.iter_mut().filter(|gone| **gone > index).for_each(|gone| *gone -= 1);
        pool
    }

    fn with_all_nodes(&self, change: impl Fn(u16, &mut Node)) -> Self {
        let mut pool = self.clone();
        (1..).zip(&mut pool.nodes).for_each(|(number, node)| change(number, node));
        pool
    }

    fn with_node(&self, index: usize, change: impl Fn(&mut Node)) -> Self {
        let mut pool = self.clone();
        change(&mut pool.nodes[index]);
        pool
    }
}

const TWEMPROXY: System = System::Twemproxy { hash: "fnv1a_64", modula: false, tag: None, signed_char: true };

fn simpler_systems(system: &System) -> Vec<System> {
    let others = match *system {
        System::Twemproxy { hash, modula, tag, signed_char } => vec![
            System::Twemproxy { hash, modula, tag: None, signed_char },
            System::Twemproxy { hash, modula, tag, signed_char: true },
            System::Twemproxy { hash: "fnv1a_64", modula, tag, signed_char },
            System::Twemproxy { hash, modula: false, tag, signed_char },
        ],
        System::Libmemcached { hash: Some(_), mode } => vec![System::Libmemcached { mode, hash: None }],
        System::Vnodes { vnodes } if vnodes != 160 => vec![System::Vnodes { vnodes: 160 }],
        System::NpmHashring { .. } => {
            vec![System::NpmHashring {
                vnode_count: 40,
                points_per_digest: 4,
                default_port: None,
                sha1: false,
            }]
        }
        System::Uhashring { ketama, .. } => {
            vec![System::Uhashring { ketama, vnodes: None, points_per_digest: 4 }]
        }
        _ => vec![],
    };
    std::iter::once(TWEMPROXY).chain(others).collect()
}
