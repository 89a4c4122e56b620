/** The one table of import directions (docs/architecture.md): a folder may import itself and what stands after it. */
const MAY_IMPORT = {
  support: [],
  document: ["support"],
  formats: ["document", "support"],
  keys: ["document", "support"],
  config: ["keys", "formats", "document", "support"],
  operations: ["config", "keys", "formats", "document", "support"],
  report: ["operations", "support"],
};

const direction = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  name: `${folder}-imports-only-what-stands-below-it`,
  severity: "error",
  from: { path: `^src/${folder}/` },
  to: { path: "^src/", pathNot: `^src/(${[folder, ...allowed].join("|")})/` },
}));

const onlyIn = (name, packages, home) => ({
  name,
  severity: "error",
  from: { path: "^(src|bin)/", pathNot: home },
  to: { path: `^node_modules/(${packages})/`, dependencyTypesNot: ["type-only"] },
});

module.exports = {
  forbidden: [
    ...direction,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      severity: "error",
      from: { orphan: true, path: "^src/", pathNot: "^src/index\\.ts$" },
      to: {},
    },
    {
      name: "nothing-imports-the-library-entry",
      severity: "error",
      from: {},
      to: { path: "^src/index\\.ts$" },
    },
    {
      name: "a-key-client-is-reached-only-by-dynamic-import",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/keys/[^/]+/" },
      to: { path: "^src/keys/[^/]+/client\\.ts$" },
    },
    {
      name: "a-key-client-is-loaded-lazily-by-its-own-key-type",
      severity: "error",
      from: { path: "^src/keys/[^/]+/key-type\\.ts$" },
      to: { path: "client\\.ts$", dynamic: false, dependencyTypesNot: ["type-only"] },
    },
    {
      name: "the-two-ends-of-grpc-are-loaded-lazily",
      severity: "error",
      from: { path: "^src/" },
      to: {
        path: "^src/keys/service/grpc-(client|server)\\.ts$",
        dynamic: false,
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "http2-only-in-the-two-ends-of-grpc",
      severity: "error",
      from: { path: "^(src|bin)/", pathNot: "^src/keys/service/grpc-(client|server)\\.ts$" },
      to: { path: "^(node:)?http2$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "clients-of-other-services-are-loaded-lazily",
      severity: "error",
      from: { path: "^src/" },
      to: {
        path: "^src/operations/(publish|audit)/[^/]*-client\\.ts$",
        dynamic: false,
        dependencyTypesNot: ["type-only"],
      },
    },
    onlyIn(
      "sdks-only-in-a-client",
      "age-encryption|openpgp|@aws-sdk|@azure|@grpc|google-auth-library|pg",
      "^src/(keys/[^/]+/(client|.*-client)|operations/(publish|audit)/[^/]*-client)\\.ts$",
    ),
    onlyIn("yaml-only-behind-its-seam", "yaml", "^src/support/yaml\\.ts$"),
    onlyIn("re2js-only-behind-its-seam", "re2js", "^src/support/regex\\.ts$"),
    onlyIn("commander-only-in-the-cli", "commander", "^src/cli/"),
    onlyIn("ini-and-dotenv-are-judges-for-tests", "ini|dotenv", "^test/"),
    {
      name: "the-machine-is-touched-in-few-files",
      severity: "error",
      from: {
        path: "^src/",
        pathNot: "^src/(support/node-[^/]+|keys/service/grpc-(client|server))\\.ts$",
      },
      to: {
        path: "^(node:)?(fs|fs/promises|child_process|os|net|http|https|tty|readline)$",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "src-never-imports-tests-or-dev-dependencies",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|bench|scripts)/", dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".js"],
    },
  },
};
