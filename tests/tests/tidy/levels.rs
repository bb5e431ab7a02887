//! The graph of the modules, one level at a time.
//!
//! A level is a module with children. Its nodes are the children, each with everything below it, and the module's own
//! file. An edge means that something in one node names something that is defined in the other. A file that only declares
//! its children and re-exports their items has no edges: a path through it counts as a path to the child.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::modules::Modules;
use crate::packages::shown;
use crate::references::{Kind, Reference};
use crate::resolve::Place;

/// A module with children: its name, the names of its nodes, and an example for each edge.
#[derive(Debug)]
pub(crate) struct Level {
    name: String,
    nodes: BTreeMap<usize, String>,
    edges: BTreeMap<usize, BTreeMap<usize, String>>,
}

impl Modules {
    /// Returns the levels of the crate, the root's first. A crate of one module has none.
    pub(crate) fn levels(&self) -> Vec<Level> {
        let mut levels = BTreeMap::new();
        for (id, module) in self.0.iter().enumerate().filter(|(_, module)| !module.is_inline) {
            let files = module.children.values().filter(|child| !self.0[**child].is_inline);
            let mut nodes: BTreeMap<_, _> = files.map(|child| (*child, self.0[*child].name.clone())).collect();
            if !nodes.is_empty() {
                nodes.insert(id, shown(&module.file));
                levels.insert(id, Level { name: module.name.clone(), nodes, edges: BTreeMap::new() });
            }
        }
        for (from, module) in self.0.iter().enumerate() {
            for reference in &module.references {
                self.add_edge(&mut levels, from, reference);
            }
        }
        levels.into_values().collect()
    }

    fn add_edge(&self, levels: &mut BTreeMap<usize, Level>, from: usize, reference: &Reference) {
        let Some(to) = self.target(from, reference) else { return };
        let (from_path, to_path) = (self.path_to(self.file_of(from)), self.path_to(self.file_of(to)));
        let common = from_path.iter().zip(&to_path).take_while(|(from, to)| from == to).count();
        let level = from_path[common - 1];
        let node = |path: &[usize]| path.get(common).copied().unwrap_or(level);
        let (from_node, to_node) = (node(&from_path), node(&to_path));
        if from_node == to_node {
            return;
        }
        let place = format!("{}:{}: {}", shown(&self.0[from].file), reference.line, reference.path.join("::"));
        if let Some(level) = levels.get_mut(&level) {
            level.edges.entry(from_node).or_default().entry(to_node).or_insert(place);
        }
    }

    /// Returns the module that defines what `reference` names, if that makes `from` depend on it.
    fn target(&self, from: usize, reference: &Reference) -> Option<usize> {
        match (reference.kind, self.resolve(from, &reference.path)?) {
            // A parent that re-exports the items of its children does not use them.
            (Kind::ReExport, Place::ItemOf(to) | Place::Module(to)) if self.path_to(to).contains(&from) => None,
            // The paths that begin with the module's name count, each for what it names.
            (Kind::Use | Kind::Path | Kind::ReExport, Place::Module(_)) => None,
            (_, Place::ItemOf(to) | Place::Module(to)) => Some(to),
        }
    }
}

impl Level {
    /// Returns the shortest circle of each knot of nodes that depend on each other, with the place of each step.
    pub(crate) fn circles(&self) -> Vec<String> {
        let mut seen = BTreeSet::<usize>::new();
        let mut circles = Vec::new();
        for node in self.nodes.keys() {
            let Some(circle) = self.path_back(*node) else { continue };
            if !seen.contains(node) {
                circles.push(self.shown_circle(&circle));
            }
            seen.extend(self.nodes.keys().filter(|other| self.reaches(*node, **other) && self.reaches(**other, *node)));
        }
        circles
    }

    /// Returns the nodes in layers as text, the top layer first.
    pub(crate) fn layers(&self, package: &str) -> String {
        let mut layers = BTreeMap::<usize, Vec<&str>>::new();
        for (node, name) in &self.nodes {
            layers.entry(self.layer(*node)).or_default().push(name);
        }
        let name = if self.name.is_empty() { String::new() } else { format!("::{}", self.name) };
        let mut text = format!("{package}{name}\n");
        for (number, nodes) in layers.iter().rev() {
            text += &format!("  {number}  {}\n", nodes.join(", "));
        }
        text
    }

    /// Returns 0 for a node that uses no other one, else one more than the highest layer that it uses.
    fn layer(&self, node: usize) -> usize {
        let is_below = |other: &usize| !self.reaches(*other, node);
        self.targets(node).filter(is_below).map(|other| self.layer(other) + 1).max().unwrap_or(0)
    }

    fn targets(&self, node: usize) -> impl Iterator<Item = usize> {
        self.edges.get(&node).into_iter().flat_map(|targets| targets.keys().copied())
    }

    fn reaches(&self, from: usize, to: usize) -> bool {
        self.path(from, to).is_some()
    }

    fn path_back(&self, node: usize) -> Option<Vec<usize>> {
        self.path(node, node)
    }

    /// Returns the shortest path of at least one edge, with both ends.
    fn path(&self, from: usize, to: usize) -> Option<Vec<usize>> {
        let mut came_from = BTreeMap::new();
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            for next in self.targets(node) {
                if came_from.contains_key(&next) {
                    continue;
                }
                came_from.insert(next, node);
                if next == to {
                    return Some(walk_back(&came_from, from, to));
                }
                queue.push_back(next);
            }
        }
        None
    }

    fn shown_circle(&self, circle: &[usize]) -> String {
        let names: Vec<_> = circle.iter().map(|node| self.nodes[node].as_str()).collect();
        let places = circle.windows(2).map(|step| format!("    {}", self.edges[&step[0]][&step[1]]));
        format!("circle: {}\n{}", names.join(" -> "), places.collect::<Vec<_>>().join("\n"))
    }
}

fn walk_back(came_from: &BTreeMap<usize, usize>, from: usize, to: usize) -> Vec<usize> {
    let mut path = vec![to];
    let mut node = came_from[&to];
    while node != from {
        path.push(node);
        node = came_from[&node];
    }
    path.push(from);
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use anyhow::Result;

    use crate::modules::Modules;

    /// Writes a crate of these files and returns its circles.
    fn circles(files: &[(&str, &str)]) -> Result<Vec<String>> {
        let directory = tempfile::tempdir()?;
        for (name, text) in files {
            let path = directory.path().join(name);
            fs_err::create_dir_all(path.parent().unwrap_or(directory.path()))?;
            fs_err::write(path, text)?;
        }
        let modules = Modules::read(&directory.path().join("lib.rs"))?;
        let circles = modules.levels().iter().flat_map(super::Level::circles).collect();
        Ok(circles)
    }

    #[test]
    fn two_modules_that_use_each_other_are_a_circle() -> Result<()> {
        let uses_b = [
            "use crate::b::B; pub struct A(B);",
            "use super::b; pub struct A(b::B);",
            "pub struct A; fn f() { println!(\"{:?}\", crate::b::B); }",
            "#[serde(with = \"crate::b::B\")] pub struct A;",
        ];
        for a in uses_b {
            let files = [("lib.rs", "mod a; mod b;"), ("a.rs", a), ("b.rs", "pub struct B; type T = super::a::A;")];
            assert_eq!(circles(&files)?.len(), 1, "{a}");
        }
        Ok(())
    }

    #[test]
    fn a_child_that_uses_an_item_of_a_parent_that_uses_the_child_is_in_a_circle() -> Result<()> {
        let files =
            [("lib.rs", "mod a;"), ("a.rs", "mod b; pub struct A(b::B);"), ("a/b.rs", "pub struct B(super::A);")];
        assert_eq!(circles(&files)?.len(), 1);
        Ok(())
    }

    #[test]
    fn tests_may_use_everything() -> Result<()> {
        let b = "pub struct B; #[cfg(test)] mod tests { use crate::a::A; } #[cfg(test)] fn f(_: crate::a::A) {}";
        let files = [("lib.rs", "mod a; mod b;"), ("a.rs", "pub struct A(crate::b::B);"), ("b.rs", b)];
        assert_eq!(circles(&files)?, [""; 0]);
        Ok(())
    }

    #[test]
    fn a_parent_may_re_export_a_child_that_uses_another_child() -> Result<()> {
        let files = [
            ("lib.rs", "mod wall;"),
            ("wall.rs", "mod entry; mod tail; pub use entry::Entry; pub use tail::Tail;"),
            ("wall/entry.rs", "pub struct Entry;"),
            ("wall/tail.rs", "use super::Entry; pub struct Tail(Entry);"),
        ];
        assert_eq!(circles(&files)?, [""; 0]);
        Ok(())
    }
}
