/** Import rules of ARCHITECTURE.md. Each has a test in tests/architecture that shows it failing. */
const testCode = "(\\.(test|suite|fixture)|/fixture)\\.ts$";

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "platform-knows-no-feature",
      comment: "Mechanisms know no capability.",
      severity: "error",
      from: { path: "^server/src/platform/" },
      to: { path: "^server/src/(features/|dev/|[^/]+\\.ts$)", pathNot: "^server/src/version\\.ts$" },
    },
    {
      name: "features-meet-at-index",
      comment: "A slice uses another one only through its index.ts; a test may use another slice's fixture.",
      severity: "error",
      from: { path: "^server/src/features/([^/]+)/" },
      to: { path: "^server/src/features/[^/]+/(?!index\\.ts$)", pathNot: ["^server/src/features/$1/", testCode] },
    },
    {
      name: "only-the-pipeline-knows-express",
      comment: "An operation is a function of its typed input.",
      severity: "error",
      from: { path: "^server/src/", pathNot: ["^server/src/(app\\.ts$|platform/http/)", testCode] },
      to: { path: "(^|/)node_modules/express/" },
    },
    {
      name: "plugins-know-only-the-kit",
      comment: "No private door into the server, and the kit knows no plugin.",
      severity: "error",
      from: { path: "^plugins/([^/]+)/" },
      to: {
        path: "^(bench|server|sdk-generator|sdk-js|tools|tests|openapi)/|^plugins/(?!kit/)",
        pathNot: "^plugins/$1/",
      },
    },
    {
      name: "the-sdk-stands-alone",
      severity: "error",
      from: { path: "^sdk-js/src/" },
      to: { pathNot: "^sdk-js/src/", dependencyTypesNot: ["core"] },
    },
    {
      name: "production-code-needs-no-test-code",
      severity: "error",
      from: { path: "^(server/src|plugins/[^/]+/src|sdk-js/src)/", pathNot: testCode },
      to: { path: ["^(bench|sdk-generator|server/test-kit|tests|tools)/", testCode] },
    },
    { name: "everything-resolves", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["musicverse-source", "import", "require", "node", "default", "types"],
    },
  },
};
