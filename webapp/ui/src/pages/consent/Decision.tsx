import { Check, CircleAlert } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { api, type Schemas, take } from "../../api/client";
import { sentenceOf } from "../../api/problem";
import { Button } from "../../components/Button";
import { nameOf, PersonName } from "../../components/Person";
import { scopeWords } from "../../lib/scopes";
import { useSettled } from "../../lib/useSettled";
import { useMe } from "../../session/session";
import css from "./consent.module.css";
import { type Asking, placeOf } from "./request";

interface Props {
  asked: Schemas["Asked"];
  asking: Asking;
}

/** Who asks, for what, and where one goes afterwards; allow or refuse. */
export function Decision({ asked, asking }: Props) {
  const me = useMe();
  const settled = useSettled();
  const [busy, setBusy] = useState<"allow" | "deny" | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { app, owner, scopes, given } = asked;
  const decide = async (decision: "allow" | "deny") => {
    setBusy(decision);
    setProblem(null);
    try {
      const body = { ...asking, decision };
      const { redirect } = await take(api.POST("/api/v1/oauth/authorize", { body }));
      location.assign(redirect);
    } catch (error) {
      setProblem(sentenceOf(error));
      setBusy(null);
    }
  };
  return (
    <section className={css.consent} aria-labelledby="who">
      <h2 id="who">
        <bdi>{app.name}</bdi> would like to act for you
      </h2>
      <p className={css.owner}>
        Registered by <PersonName card={owner} />. Anybody can register an app under any name.
      </p>
      <div className={css.may}>
        <h3>It may</h3>
        <ul className="plain">
          {scopes.map((scope) => (
            <Scope key={scope} scope={scope} before={given.includes(scope)} />
          ))}
        </ul>
      </div>
      <p className={css.never}>
        It can never reach your wallets, devices, password, sessions or settings. You can take this back at
        any time, in <Link to="/settings/apps">the settings</Link>.
      </p>
      <p>
        You are {me ? nameOf(me.profile) : "signed in"} here. Afterwards you go on to{" "}
        <strong>{placeOf(asking.redirect_uri)}</strong>.
      </p>
      {problem && (
        <p role="alert" className={css.problem}>
          {problem}
        </p>
      )}
      <div className={css.acts}>
        <Button busy={busy === "deny"} disabled={busy === "allow"} onClick={() => decide("deny")}>
          Refuse
        </Button>
        <Button
          kind="primary"
          busy={busy === "allow"}
          disabled={busy === "deny" || !settled}
          onClick={() => decide("allow")}
        >
          Allow
        </Button>
      </div>
    </section>
  );
}

function Scope({ scope, before }: { scope: string; before: boolean }) {
  const { text, grave } = scopeWords(scope);
  return (
    <li className={grave ? css.grave : undefined}>
      {grave ? <CircleAlert aria-hidden="true" /> : <Check aria-hidden="true" />}
      <span>
        {text}
        {before && <small>You allowed this before</small>}
      </span>
    </li>
  );
}
