//! Finds the module that a path leads to, through `use` and re-exports, as the compiler does.

use crate::modules::Modules;

/// The largest number of steps. `use a::a` in a module without `a` would never end.
const MAX_HOPS: usize = 16;

/// The end of a path inside the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The path names a module.
    Module(usize),
    /// The path names an item that this module defines, or something inside such an item.
    ItemOf(usize),
}

impl Modules {
    /// Returns the place that `path` names in the module `from`, or `None` if it is in no module of this crate.
    pub(crate) fn resolve(&self, from: usize, path: &[String]) -> Option<Place> {
        self.start(from, path, 0)
    }

    fn start(&self, from: usize, path: &[String], hops: usize) -> Option<Place> {
        match path.first().map(String::as_str) {
            Some("crate") => self.descend(0, &path[1..], hops),
            Some("self") => self.start_again(from, &path[1..], hops),
            Some("super") => self.start_again(self.0[from].parent?, &path[1..], hops),
            _ => self.descend(from, path, hops),
        }
    }

    /// `super` may follow `self` or `super`.
    fn start_again(&self, from: usize, path: &[String], hops: usize) -> Option<Place> {
        if path.is_empty() { Some(Place::Module(from)) } else { self.start(from, path, hops) }
    }

    fn descend(&self, module: usize, path: &[String], hops: usize) -> Option<Place> {
        let Some((name, rest)) = path.split_first() else { return Some(Place::Module(module)) };
        let Self(modules) = self;
        if let Some(child) = modules[module].children.get(name) {
            return self.descend(*child, rest, hops);
        }
        if modules[module].items.contains(name) {
            return Some(Place::ItemOf(module));
        }
        if hops == MAX_HOPS {
            return None;
        }
        let import = modules[module].imports.get(name);
        if let Some(import) = import {
            return self.start(module, &[import, rest].concat(), hops + 1);
        }
        let mut globs = modules[module].globs.iter();
        globs.find_map(|glob| self.start(module, &[&glob[..], path].concat(), hops + 1))
    }
}
