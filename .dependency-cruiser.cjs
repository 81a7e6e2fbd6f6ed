/** Import rules of ARCHITECTURE.md. Each has a test in tests/architecture that shows it failing. */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "platform-knows-no-feature",
      comment: "Mechanisms know no capability.",
      severity: "error",
      from: { path: "^server/src/platform/" },
      to: { path: "^server/src/(features/|features\\.ts|app\\.ts|worker\\.ts|main\\.ts|dev/)" },
    },
    {
      name: "features-meet-at-index",
      comment: "A slice uses another one only through its index.ts.",
      severity: "error",
      from: { path: "^server/src/features/([^/]+)/" },
      to: { path: "^server/src/features/([^/]+)/(?!index\\.ts$)", pathNot: "^server/src/features/$1/" },
    },
    {
      name: "features-know-no-express",
      comment: "An operation is a function of its typed input.",
      severity: "error",
      from: { path: "^server/src/features/" },
      to: { path: "node_modules/express/" },
    },
    {
      name: "plugins-know-only-the-kit",
      comment: "No private door into the server.",
      severity: "error",
      from: { path: "^plugins/" },
      to: { path: "^(server|sdk-js|tools|openapi)/" },
    },
    {
      name: "the-sdk-stands-alone",
      severity: "error",
      from: { path: "^sdk-js/src/" },
      to: { pathNot: "^sdk-js/src/", dependencyTypesNot: ["core", "type-only"] },
    },
    {
      name: "production-code-needs-no-test-code",
      severity: "error",
      from: { path: "^server/src/", pathNot: "\\.(test|suite)\\.ts$" },
      to: { path: "^(server/test-kit|tests)/" },
    },
    { name: "everything-resolves", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|generated/.*\\.gen)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["musicverse-source", "import", "require", "node", "default", "types"] },
  },
};
