// The first recovery in a page builds tables of curve points; done beforehand, a first check takes no longer.
import { recover } from "./signatures";

// Case 0 of the golden vectors.
const DIGEST = "0x49cd5b83650584d01ac0e98597023aef2b0f71aadaf522468c95b609b92e92de";
const SIGNATURE =
  "0xc8268e73fbe92a47363a3ebba1e84e7e3807760ee1f0fb42594180f4146e9b126a8fa2fd5e873daf01efd09560c8ae66e57c73d0872e1deb17d59baf34e13efc1b";
const SIGNER = "0x819801682dc047435cadeafba42f9d9733b23579";

/** Load and try what recovers signatures; resolves to whether it recovers the known one. */
export async function warmUp(): Promise<boolean> {
  return (await recover(DIGEST, SIGNATURE)) === SIGNER;
}
