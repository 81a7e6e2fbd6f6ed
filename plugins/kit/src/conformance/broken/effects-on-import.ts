process.on("unhandledRejection", () => undefined);
export default {};
