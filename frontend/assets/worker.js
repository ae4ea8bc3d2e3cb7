// Starts the page's own program in a worker. The page hands over what it fetched and compiled already,
// so that neither happens twice; what it asks before the program listens is kept for it.
self.onmessage = async ({ data: [glue, module, lock] }) => {
  const early = [];
  self.onmessage = (event) => early.push(event);
  try {
    // Held until the worker ends, however it does: so the page hears of it.
    await new Promise((held) => {
      if (!navigator.locks) return held();
      navigator.locks
        .request(lock, () => {
          held();
          return new Promise(() => {});
        })
        .catch(held);
    });
    const { default: start } = await import(glue);
    await start({ module_or_path: module });
  } catch (error) {
    self.postMessage(`it could not start: ${error}`);
    return;
  }
  self.postMessage("ready");
  early.forEach((event) => self.onmessage(event));
};
