// Starts the page's own program in a worker. The page hands over what it fetched and compiled already,
// so that neither happens twice; what it asks before the program listens is kept for it.
self.onmessage = async ({ data: [glue, module] }) => {
  const early = [];
  self.onmessage = (event) => early.push(event);
  const { default: start } = await import(glue);
  await start({ module_or_path: module });
  early.forEach((event) => self.onmessage(event));
};
