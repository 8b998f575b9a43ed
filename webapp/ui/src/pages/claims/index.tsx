import { useParams } from "react-router";
import { LostPage } from "../../app/RouteError";
import { SignInToSee } from "../../components/SignInToSee";
import { Skeleton } from "../../components/Skeleton";
import { isKind } from "../../lib/claims";
import { useMe } from "../../session/session";
import { Ask } from "./Ask";
import { Mine } from "./Mine";
import { OneClaim } from "./OneClaim";

/** One's own claims: /claims, /claims/new/KIND and /claims/ID. */
export function Component() {
  const me = useMe();
  const rest = useParams()["*"] ?? "";
  const kind = /^new\/(\w+)$/.exec(rest)?.[1];
  if (me === undefined) return <Skeleton rows={4} />;
  if (me === null)
    return <SignInToSee title="Your claims" what="what is vouched for about you, and ask for more" />;
  if (rest === "") return <Mine />;
  if (isKind(kind)) return <Ask key={kind} me={me} kind={kind} />;
  if (/^[0-9a-f-]{36}$/i.test(rest)) return <OneClaim key={rest} id={rest} />;
  return <LostPage />;
}
