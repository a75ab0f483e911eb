import { canvasPainter } from "./canvas";
import { FakeHost } from "./fake-host";
import { busy, everything, failures, library, studio, trouble } from "./scenes";

declare global {
  interface Window {
    /** The fake host, for scripts that drive the page. */
    overpaintFake?: FakeHost;
  }
}

/** The fake host in the scene that the page's address names: `?scene=studio`. Without one the library is empty: the first run. */
export async function fakeFromAddress(address: URL): Promise<FakeHost> {
  const painter = await canvasPainter();
  const fake = new FakeHost({ painter, names: painter.names });
  const scenes: Record<string, () => Promise<unknown>> = {
    studio: () => studio(fake),
    busy: () => busy(fake),
    trouble: () => trouble(fake),
    failures: () => failures(fake),
    everything: () => everything(fake),
    library: () => library(fake),
    many: () => library(fake, 5_000),
  };
  await scenes[address.searchParams.get("scene") ?? ""]?.();
  fake.hasKeychain = !address.searchParams.has("no-keychain");
  window.overpaintFake = fake;
  return fake;
}
