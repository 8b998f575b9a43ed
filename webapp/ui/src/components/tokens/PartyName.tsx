import { Link } from "react-router";
import { personPath } from "../../lib/paths";
import type { Party } from "../../queries/tokens";
import { shortAddress } from "../../wallet/names";
import { Avatar } from "../Avatar";
import { nameOf } from "../Person";
import css from "./PartyName.module.css";

/** Who an address is: the person whose wallet it is, or the address itself. */
export function PartyName({ party, face }: { party: Party; face?: boolean }) {
  const { address, profile } = party;
  if (!profile)
    return (
      <code className={css.party} title={address}>
        {shortAddress(address)}
      </code>
    );
  const named = profile.name || profile.handle ? profile : { ...profile, name: shortAddress(address) };
  return (
    <Link to={personPath(profile)} className={css.party} title={address}>
      {face && <Avatar card={named} size="xs" />}
      <bdi>{nameOf(named)}</bdi>
    </Link>
  );
}
