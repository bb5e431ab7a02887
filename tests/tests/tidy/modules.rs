//! The modules of a crate, read from its files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use syn::{Item, ItemMod};

use crate::references::Reference;
use crate::scan::{is_test, scan};

/// A module: a file, or a part of one.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// The path from the root, such as `wall::tail`. The root's is empty.
    pub(crate) name: String,
    pub(crate) file: PathBuf,
    pub(crate) parent: Option<usize>,
    /// True for `mod name { ... }`. Such a module counts as a part of its file.
    pub(crate) is_inline: bool,
    pub(crate) children: BTreeMap<String, usize>,
    /// The names that `use` brings in, each with its path.
    pub(crate) imports: BTreeMap<String, Vec<String>>,
    /// The paths of `use path::*`.
    pub(crate) globs: Vec<Vec<String>>,
    /// The names of the items that are defined here.
    pub(crate) items: BTreeSet<String>,
    /// The paths here that may name an item of another module.
    pub(crate) references: Vec<Reference>,
}

/// The modules of a crate. The first one is its root. Test modules are left out.
#[derive(Debug, Default)]
pub(crate) struct Modules(pub(crate) Vec<Module>);

impl Modules {
    /// Reads the crate whose root file is `root`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut modules = Self::default();
        let directory = root.parent().context("a file has a directory")?;
        modules.read_file(root, directory, Module::default())?;
        Ok(modules)
    }

    /// Reads the module in `file`. The files of its children are in `directory`.
    fn read_file(&mut self, file: &Path, directory: &Path, module: Module) -> Result<usize> {
        let text = fs_err::read_to_string(file)?;
        let parsed = syn::parse_file(&text).with_context(|| file.display().to_string())?;
        self.add(&parsed.items, directory, Module { file: file.to_owned(), ..module })
    }

    fn add(&mut self, items: &[Item], directory: &Path, mut module: Module) -> Result<usize> {
        let id = self.0.len();
        let (name, file) = (module.name.clone(), module.file.clone());
        scan(&mut module, items);
        self.0.push(module);
        for child in items.iter().filter_map(module_item) {
            let ident = child.ident.to_string();
            let inside = directory.join(&ident);
            let path = if name.is_empty() { ident.clone() } else { format!("{name}::{ident}") };
            let module = Module { name: path, parent: Some(id), ..Module::default() };
            let added = match &child.content {
                Some((_, items)) => {
                    self.add(items, &inside, Module { file: file.clone(), is_inline: true, ..module })?
                }
                None => self.read_file(&child_file(&inside)?, &inside, module)?,
            };
            self.0[id].children.insert(ident, added);
        }
        Ok(id)
    }

    /// Returns the module that is the file of `id`.
    pub(crate) fn file_of(&self, id: usize) -> usize {
        let module = &self.0[id];
        if module.is_inline { module.parent.map_or(id, |parent| self.file_of(parent)) } else { id }
    }

    /// Returns `id` and the modules around it, the root first.
    pub(crate) fn path_to(&self, id: usize) -> Vec<usize> {
        let mut path = self.0[id].parent.map(|parent| self.path_to(parent)).unwrap_or_default();
        path.push(id);
        path
    }
}

fn module_item(item: &Item) -> Option<&ItemMod> {
    match item {
        Item::Mod(module) if !is_test(&module.attrs) => Some(module),
        _ => None,
    }
}

fn child_file(inside: &Path) -> Result<PathBuf> {
    let files = [inside.with_extension("rs"), inside.join("mod.rs")];
    let found = files.into_iter().find(|file| file.is_file());
    found.with_context(|| format!("the module {} has no file", inside.display()))
}
