//! The targets: a row for each rendered file. Another language is added by rows here and templates.

/// The language of a target, which decides how its text is finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Formatted by rustfmt.
    Rust,
    /// The template's output is formatted as by `ruff format`.
    Python,
    /// The template's output is formatted as by Biome.
    TypeScript,
    /// The template's output is not formatted.
    C,
    /// The template renders the parts between the marks of a page.
    Markdown,
}

/// How often a template is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Once, for everything.
    Whole,
    /// Once for every service; `{service}` in the file's name is its id.
    EachService,
    /// Once for every resource of every service; `{resource}` in the file's name is its name.
    EachResource,
}

/// A template and its output file.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The language of the file.
    pub language: Language,
    /// The template, relative to `core/codegen/templates`.
    pub template: &'static str,
    /// The file, relative to the repository's root.
    pub file: &'static str,
    /// How often it is rendered.
    pub scope: Scope,
}

const fn rust(template: &'static str, file: &'static str) -> Target {
    Target { language: Language::Rust, template, file, scope: Scope::Whole }
}

const fn python(template: &'static str, file: &'static str, scope: Scope) -> Target {
    Target { language: Language::Python, template, file, scope }
}

const fn typescript(template: &'static str, file: &'static str, scope: Scope) -> Target {
    Target { language: Language::TypeScript, template, file, scope }
}

const fn each_resource(template: &'static str, file: &'static str) -> Target {
    Target { language: Language::Rust, template, file, scope: Scope::EachResource }
}

const fn each_service(template: &'static str, file: &'static str) -> Target {
    Target { language: Language::Rust, template, file, scope: Scope::EachService }
}

const fn c(template: &'static str, file: &'static str, scope: Scope) -> Target {
    Target { language: Language::C, template, file, scope }
}

const fn page(template: &'static str, file: &'static str) -> Target {
    Target { language: Language::Markdown, template, file, scope: Scope::Whole }
}

/// Every target.
pub const TARGETS: &[Target] = &[
    rust("rust/mod.rs.j2", "core/src/generated/mod.rs"),
    rust("rust/error_kinds.rs.j2", "core/src/generated/error_kinds.rs"),
    rust("rust/options.rs.j2", "core/src/generated/options.rs"),
    rust("rust/option_words.rs.j2", "core/src/generated/option_words.rs"),
    rust("rust/config.rs.j2", "core/src/generated/config.rs"),
    rust("rust/builders.rs.j2", "core/src/generated/builders.rs"),
    rust("rust/operations.rs.j2", "core/src/generated/operations.rs"),
    rust("rust/schema.rs.j2", "core/src/generated/schema.rs"),
    each_service("rust/service.rs.j2", "core/src/generated/{service}/mod.rs"),
    each_service("rust/models.rs.j2", "core/src/generated/{service}/models.rs"),
    each_resource("rust/resource.rs.j2", "core/src/generated/{service}/{resource}.rs"),
    rust("rust/dispatch.rs.j2", "core/tests/generated/dispatch.rs"),
    rust("rust/routes.rs.j2", "tests/simulator/src/generated.rs"),
    python("python/kinds.py.j2", "bindings-python/python/mspkit/_kinds.py", Scope::Whole),
    python("python/options.py.j2", "bindings-python/python/mspkit/_options.py", Scope::Whole),
    python("python/simulated.py.j2", "bindings-python/python/mspkit/_simulated.py", Scope::Whole),
    python("python/service.py.j2", "bindings-python/python/mspkit/_{service}.py", Scope::EachService),
    python("python/package.py.j2", "bindings-python/python/mspkit/{service}/__init__.py", Scope::EachService),
    python("python/models.py.j2", "bindings-python/python/mspkit/{service}/_models.py", Scope::EachService),
    python(
        "python/resource.py.j2",
        "bindings-python/python/mspkit/{service}/_{resource}.py",
        Scope::EachResource,
    ),
    typescript("typescript/kinds.ts.j2", "bindings-node/ts/generated/kinds.ts", Scope::Whole),
    typescript("typescript/options.ts.j2", "bindings-node/ts/generated/options.ts", Scope::Whole),
    typescript("typescript/simulated.ts.j2", "bindings-node/ts/generated/simulated.ts", Scope::Whole),
    typescript(
        "typescript/package.ts.j2",
        "bindings-node/ts/generated/{service}/index.ts",
        Scope::EachService,
    ),
    typescript(
        "typescript/service.ts.j2",
        "bindings-node/ts/generated/{service}/client.ts",
        Scope::EachService,
    ),
    typescript(
        "typescript/models.ts.j2",
        "bindings-node/ts/generated/{service}/models.ts",
        Scope::EachService,
    ),
    typescript(
        "typescript/shapes.ts.j2",
        "bindings-node/ts/generated/{service}/shapes.ts",
        Scope::EachService,
    ),
    typescript(
        "typescript/resource.ts.j2",
        "bindings-node/ts/generated/{service}/{resource}.ts",
        Scope::EachResource,
    ),
    rust("c/mod.rs.j2", "bindings-c/src/generated/mod.rs"),
    rust("c/options.rs.j2", "bindings-c/src/generated/options.rs"),
    rust("c/codes.rs.j2", "bindings-c/src/generated/codes.rs"),
    c("c/mspkit.hpp.j2", "bindings-c/include/mspkit.hpp", Scope::Whole),
    c("c/service.h.j2", "bindings-c/include/mspkit/{service}.h", Scope::EachService),
    c("c/service.hpp.j2", "bindings-c/include/mspkit/{service}.hpp", Scope::EachService),
    c("c/dispatch.c.j2", "bindings-c/tests/generated/dispatch.c", Scope::Whole),
    page("docs/connect.md.j2", "docs/connect.md"),
    page("docs/operations.md.j2", "docs/operations.md"),
];
