import { ShieldOff } from "lucide-react";
import { useParams } from "react-router";
import { LostPage } from "../../app/RouteError";
import { ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { SignInToSee } from "../../components/SignInToSee";
import { Skeleton } from "../../components/Skeleton";
import { Tabs } from "../../components/Tabs";
import { canModerate } from "../../lib/roles";
import type { SubjectType } from "../../queries/moderation";
import { useMe } from "../../session/session";
import { Appeals } from "./Appeals";
import { Audit } from "./Audit";
import { Claims } from "./Claims";
import { Mine } from "./Mine";
import { OneClaim } from "./OneClaim";
import { Reports } from "./Reports";
import { Subject } from "./Subject";

/** Moderation: for moderators the queues, decisions and the trail; for everybody what was done to them. */
export function Component() {
  const me = useMe();
  const rest = useParams()["*"] ?? "";
  if (me === undefined) return <Skeleton rows={6} />;
  if (me === null) return <SignInToSee title="Moderation" what="what moderators decided about you" />;
  if (rest === "mine") return <Mine />;
  if (!canModerate(me)) return <NotForYou />;
  const subject = /^subjects\/([^/]+)\/(post|account|message|asset)\/([^/]+)$/.exec(rest);
  if (subject) {
    const [, account = "", type, id = ""] = subject;
    return <Subject account={account} type={type as SubjectType} id={id} />;
  }
  const claim = /^claims\/([0-9a-f-]{36})$/i.exec(rest)?.[1];
  if (claim) return <OneClaim key={claim} id={claim} />;
  const part = { "": <Reports />, appeals: <Appeals />, claims: <Claims />, audit: <Audit /> }[rest];
  if (part === undefined) return <LostPage />;
  return (
    <>
      <PageTitle title="Moderation" />
      <Tabs
        label="Moderation"
        tabs={[
          { to: "/moderation", text: "Reports", now: rest === "" },
          { to: "/moderation/appeals", text: "Appeals", now: rest === "appeals" },
          { to: "/moderation/claims", text: "Claims", now: rest === "claims" },
          { to: "/moderation/audit", text: "Audit trail", now: rest === "audit" },
        ]}
      />
      {part}
    </>
  );
}

function NotForYou() {
  return (
    <>
      <PageTitle title="Moderation" back="/" />
      <Empty
        icon={<ShieldOff size={36} />}
        title="This page is for moderators"
        text="If something is wrong with a post, a person or a message, report it from its menu: moderators see it here. What they decided about you, and how to appeal, has a page of its own."
      >
        <ButtonLink to="/moderation/mine" kind="primary">
          What was decided about me
        </ButtonLink>
        <ButtonLink to="/">To the start</ButtonLink>
      </Empty>
    </>
  );
}
