import { lazy, Suspense } from "react";
import { maySession } from "../../api/cookies";
import { Skeleton } from "../../components/Skeleton";
import { useMe } from "../../session/session";
import { Welcome } from "./Welcome";

const load = () => import("./Home");
const Home = lazy(async () => ({ default: (await load()).Home }));
// A visitor needs none of it; who has a session waits for it no longer than for who they are.
if (maySession()) void load();

export function Component() {
  const me = useMe();
  if (me === null) return <Welcome />;
  const waiting = <Skeleton rows={5} />;
  return <Suspense fallback={waiting}>{me ? <Home key={me.profile.id} me={me} /> : waiting}</Suspense>;
}
