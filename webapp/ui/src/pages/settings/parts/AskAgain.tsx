import { isCode } from "../../../api/problem";
import type { Me } from "../../../api/types";
import { Field } from "../../../components/Field";
import { SignInAgain } from "./SignInAgain";

export type Asks = "password" | "old-password" | "sign-in" | null;

/** What an act that was refused needs first: null where it was refused for another reason. */
export function askedBy(error: unknown, me: Me): Asks {
  if (isCode(error, "way_in_too_new")) return me.has_password ? "old-password" : null;
  if (!isCode(error, "sign_in_again")) return null;
  return me.has_password ? "password" : "sign-in";
}

const HINTS = {
  password: "You signed in more than ten minutes ago.",
  "old-password": "This has let you in for longer than what would be left.",
};

interface Props {
  asks: Asks;
  password: string;
  onPassword: (password: string) => void;
  /** The account's wallets, one of which signs where there is no password. */
  authors: readonly string[];
  onDone: () => void;
}

/** Asks for the password, or for a fresh sign-in, in the dialog of the act that needs it. */
export function AskAgain({ asks, password, onPassword, authors, onDone }: Props) {
  if (asks === "sign-in") return <SignInAgain authors={authors} onDone={onDone} />;
  if (asks === null) return null;
  return (
    <Field
      label="Your password"
      type="password"
      autoComplete="current-password"
      hint={HINTS[asks]}
      value={password}
      onChange={onPassword}
    />
  );
}
