//! Reads the definitions, imports and paths of one module.

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Ident, Item, ItemUse, Macro, Meta, Path, UseTree, Visibility};

use crate::modules::Module;
use crate::references::{Kind, Reference};

/// Reads `items` into `module`. Modules among them and tests are left out.
pub(crate) fn scan(module: &mut Module, items: &[Item]) {
    let mut scanner = Scanner { module };
    for item in items {
        scanner.visit_item(item);
    }
}

/// Returns true for `#[cfg(test)]`, `#[cfg(any(test, ...))]` and `#[test]`.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string();
            let mut words = condition.split(|letter: char| !letter.is_alphanumeric());
            words.clone().any(|word| word == "test") && !words.any(|word| word == "not")
        }
        _ => false,
    })
}

struct Scanner<'module> {
    module: &'module mut Module,
}

impl<'ast> Visit<'ast> for Scanner<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = attributes_and_name(item);
        if is_test(attributes) || matches!(item, Item::Mod(_)) {
            return;
        }
        self.module.items.extend(name.map(Ident::to_string));
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            let kind = if matches!(item.vis, Visibility::Inherited) { Kind::Use } else { Kind::ReExport };
            self.import(&item.tree, &mut Vec::new(), kind);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.add(names, path.span().start().line, Kind::Path);
        }
        visit::visit_path(self, path);
    }

    /// Reads the arguments of a macro, which are tokens: anything that looks like a path counts as one.
    fn visit_macro(&mut self, call: &'ast Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }

    /// Ignores the path of `pub(in path)`, which gives access and uses nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

impl Scanner<'_> {
    fn add(&mut self, path: Vec<String>, line: usize, kind: Kind) {
        self.module.references.push(Reference { path, line, kind });
    }

    fn import(&mut self, tree: &UseTree, before: &mut Vec<String>, kind: Kind) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.import(&path.tree, before, kind);
                before.pop();
            }
            UseTree::Name(name) => self.import_name(&name.ident, &name.ident, before, kind),
            UseTree::Rename(name) => self.import_name(&name.ident, &name.rename, before, kind),
            UseTree::Glob(glob) => {
                self.module.globs.push(before.clone());
                let kind = if kind == Kind::Use { Kind::Glob } else { kind };
                self.add(before.clone(), glob.span().start().line, kind);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, before, kind)),
        }
    }

    fn import_name(&mut self, ident: &Ident, name: &Ident, before: &[String], kind: Kind) {
        let mut path = before.to_vec();
        // `use a::b::{self}` brings in `b`.
        let itself = (ident == "self").then(|| before.last().cloned()).flatten();
        if itself.is_none() {
            path.push(ident.to_string());
        }
        let name = if name == "self" { itself.unwrap_or_default() } else { name.to_string() };
        self.module.imports.insert(name, path.clone());
        self.add(path, ident.span().start().line, kind);
    }

    fn tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut line, mut colons) = (Vec::new(), 0, 0);
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end_path(&mut path, line);
                        line = ident.span().start().line;
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                other => {
                    self.end_path(&mut path, line);
                    colons = 0;
                    self.other_token(&other);
                }
            }
        }
        self.end_path(&mut path, line);
    }

    fn end_path(&mut self, path: &mut Vec<String>, line: usize) {
        if !path.is_empty() {
            self.add(std::mem::take(path), line, Kind::Path);
        }
    }

    fn other_token(&mut self, token: &TokenTree) {
        match token {
            TokenTree::Group(group) => self.tokens(group.stream()),
            // `#[serde(with = "crate::time")]`.
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if let Ok(path) = syn::parse_str::<Path>(text.trim_matches('"'))
                    && path.segments.len() > 1
                {
                    let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                    self.add(names, literal.span().start().line, Kind::Path);
                }
            }
            _ => {}
        }
    }
}

fn attributes_and_name(item: &Item) -> (&[Attribute], Option<&Ident>) {
    match item {
        Item::Const(item) => (&item.attrs, Some(&item.ident)),
        Item::Enum(item) => (&item.attrs, Some(&item.ident)),
        Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        Item::Impl(item) => (&item.attrs, None),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
        Item::Static(item) => (&item.attrs, Some(&item.ident)),
        Item::Struct(item) => (&item.attrs, Some(&item.ident)),
        Item::Trait(item) => (&item.attrs, Some(&item.ident)),
        Item::Type(item) => (&item.attrs, Some(&item.ident)),
        Item::Union(item) => (&item.attrs, Some(&item.ident)),
        Item::Use(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}
