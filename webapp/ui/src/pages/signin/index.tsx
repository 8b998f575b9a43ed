import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { PageTitle } from "../../components/PageTitle";
import { meQuery, sessionChanged, sessionEnded, useMe } from "../../session/session";
import { AllowDevice } from "./AllowDevice";
import { ChooseName } from "./ChooseName";
import { ownAddress } from "./ownAddress";
import { PasswordWay } from "./PasswordWay";
import css from "./signin.module.css";
import { WalletWay } from "./WalletWay";

/** The two ways in, side by side; after signing in with a wallet, at most two more questions. */
export function Component() {
  const me = useMe();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const [came, setCame] = useState(false);
  const [step, setStep] = useState<"in" | "name" | "device">("in");
  const next = ownAddress(params.get("next"));
  const leave = useCallback(() => void navigate(next, { replace: true }), [navigate, next]);
  const done = async (byWallet: boolean) => {
    setCame(true);
    await sessionChanged(queries);
    if (!byWallet) return leave();
    const fresh = queries.getQueryData(meQuery.queryKey);
    setStep(fresh?.profile.handle === null ? "name" : "device");
  };
  if (me && step === "name") return <ChooseName onDone={() => setStep("device")} />;
  if (me && step === "device") return <AllowDevice me={me} onDone={leave} />;
  if (me && !came && !sessionEnded()) return <Navigate to={next} replace />;
  return (
    <>
      <PageTitle title="Sign in" back="/" />
      <div className={css.ways}>
        <WalletWay onDone={() => done(true)} />
        <PasswordWay onDone={() => done(false)} />
      </div>
      <p className={css.foot}>Reading needs no account, and no wallet.</p>
    </>
  );
}
