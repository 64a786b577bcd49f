//! No two files import each other: each can be read, moved and tested without the other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::none;

/// Path of a module from its crate, or of an item in it.
type Names = Vec<String>;

/// Sources of one package, and where each of their modules hands on what it does not define.
struct Package {
    code: BTreeMap<Names, String>,
    /// By the module and the name in it: the path that the name stands for there.
    used: BTreeMap<Names, BTreeMap<String, Names>>,
}

impl Package {
    fn read(folder: &str) -> Package {
        let mut code = BTreeMap::new();
        read_module(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("lib.rs"), Vec::new(), &mut code);
        let mut package = Package { code, used: BTreeMap::new() };
        for module in package.code.keys().cloned().collect::<Vec<_>>() {
            let paths = uses(&package.code[&module]).into_iter();
            let used = paths.filter_map(|(path, name)| Some((name, package.absolute(&module, &path)?))).collect();
            package.used.insert(module, used);
        }
        package
    }

    /// A path as a module writes it, from the root of the package; `None` if it leads elsewhere.
    fn absolute(&self, module: &Names, path: &[String]) -> Option<Names> {
        let mut base = match path.first()?.as_str() {
            "crate" => Vec::new(),
            "self" | "super" => module.clone(),
            child if self.code.contains_key(&[module.as_slice(), &[child.to_owned()]].concat()) => module.clone(),
            name => return Some([self.used.get(module)?.get(name)?.as_slice(), &path[1..]].concat()),
        };
        let is_way = |name: &&String| ["crate", "self", "super"].contains(&name.as_str());
        path.iter().take_while(is_way).filter(|name| *name == "super").for_each(|_| drop(base.pop()));
        base.extend(path.iter().skip_while(is_way).cloned());
        Some(base)
    }

    /// Module that defines what a path from the root leads to.
    fn home(&self, path: &Names) -> Names {
        let length = (0..=path.len()).rev().find(|length| self.code.contains_key(&path[..*length])).unwrap_or(0);
        let (module, rest) = (path[..length].to_vec(), &path[length..]);
        match rest.first().and_then(|name| self.used.get(&module)?.get(name)) {
            Some(handed_on) if handed_on != path => self.home(&[handed_on.as_slice(), &rest[1..]].concat()),
            _ => module,
        }
    }

    /// Modules that a module imports from. What it hands on of its own children, it does not import.
    fn imports(&self, module: &Names) -> BTreeSet<Names> {
        let code = &self.code[module];
        let by_use = uses(code).into_iter().filter(|(path, _)| !is_handed_on(code, path)).map(|(path, _)| path);
        let of_paths = paths(code).into_iter();
        let absolute = by_use.chain(of_paths).filter_map(|path| self.absolute(module, &path));
        absolute.map(|path| self.home(&path)).filter(|home| home != module).collect()
    }
}

/// Reads a module and those that it declares.
fn read_module(file: &Path, module: Names, into: &mut BTreeMap<Names, String>) {
    let text = fs::read_to_string(file).unwrap();
    let text = text.split("\n#[cfg(test)]\nmod tests").next().unwrap();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    // Who may see an item is no import of it.
    let code: String = lines.map(|line| without_texts(line).replace("pub(in crate::", "pub(") + "\n").collect();
    let is_root = ["lib.rs", "mod.rs"].iter().any(|name| file.ends_with(name));
    let folder: PathBuf = if is_root { file.parent().unwrap().into() } else { file.with_extension("") };
    for line in code.lines() {
        let Some((_, name)) = line.strip_suffix(';').and_then(|line| line.split_once("mod ")) else { continue };
        let files = [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")];
        if let Some(file) = files.iter().find(|file| file.exists()) {
            read_module(file, [module.as_slice(), &[name.to_owned()]].concat(), into);
        }
    }
    into.insert(module, code);
}

/// The line without what stands in quotes.
fn without_texts(line: &str) -> String {
    line.replace("\\\"", "").split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}

/// Paths that are used, each with the name that it has in the module.
fn uses(code: &str) -> Vec<(Names, String)> {
    let statements = code.split("use ").skip(1).filter_map(|rest| Some(rest.split_once(';')?.0));
    let mut all = Vec::new();
    statements.for_each(|tree| flatten(tree, &[], &mut all));
    all
}

fn flatten(tree: &str, before: &[String], into: &mut Vec<(Names, String)>) {
    let names =
        |path: &str| path.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    if let Some((head, inner)) = tree.trim().strip_suffix('}').and_then(|tree| tree.split_once('{')) {
        let head: Names = names(head);
        let before = [before, &head].concat();
        let (mut depth, mut start) = (0, 0);
        for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    flatten(&inner[start..at], &before, into);
                    start = at + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let (path, name) = tree.split_once(" as ").unwrap_or((tree, ""));
    let mut path = [before, &names(path)].concat();
    if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
        path.pop();
    }
    if let Some(last) = path.last().cloned() {
        into.push((path, if name.is_empty() { last } else { name.trim().to_owned() }));
    }
}

/// The path is a child's, and is handed on.
fn is_handed_on(code: &str, path: &[String]) -> bool {
    let head = &path[0];
    code.lines().any(|line| line.starts_with("pub") && line.contains(&format!("use {head}::")))
}

/// Paths in the code that are no `use`.
fn paths(code: &str) -> Vec<Names> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let statements = code.split(';').filter(|statement| !statement.trim_start().contains("use "));
    let words = statements.flat_map(|statement| statement.split(|c| !is_part(c)));
    let paths = words.filter(|word| word.contains("::") && !word.starts_with(':'));
    paths.map(|path| path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect()).collect()
}

#[test]
fn no_two_files_import_each_other() {
    let mut broken = Vec::new();
    for folder in ["src", "hurl/src", "mock_service/src", "macros/src"] {
        let package = Package::read(folder);
        let imports: BTreeMap<&Names, BTreeSet<Names>> =
            package.code.keys().map(|module| (module, package.imports(module))).collect();
        assert!(imports.values().map(BTreeSet::len).sum::<usize>() > 3, "no imports are found in {folder}");
        for (module, its) in &imports {
            let mutual = its.iter().filter(|other| *module < other && imports[other].contains(*module));
            broken.extend(mutual.map(|other| format!("{folder}: {} and {}", module.join("::"), other.join("::"))));
        }
    }
    none(broken);
}
