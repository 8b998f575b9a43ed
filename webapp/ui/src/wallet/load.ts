/** Loads wallet code when it is needed, once. */

type Engine = typeof import("./engine");

const REMEMBERED = "wagmi.recentConnectorId";
let loaded: Promise<Engine> | null = null;

/** The wallet code, loaded and looking for wallets. */
export function loadWallets(): Promise<Engine> {
  loaded ??= import("./engine").then(async (engine) => {
    await engine.start();
    return engine;
  });
  loaded = loaded.catch((error: unknown) => {
    loaded = null;
    throw error;
  });
  return loaded;
}

/** Whether a wallet was connected when this browser was here last. */
export function wasConnected(): boolean {
  try {
    return localStorage.getItem(REMEMBERED) !== null;
  } catch {
    return false; // storage is switched off
  }
}
