import type { Me } from "../../../api/types";

/** The addresses of the wallets that sign for somebody. */
export const walletsOf = (me: Me): string[] =>
  me.profile.authors.filter(({ signs }) => signs).map(({ address }) => address);
