import { BadgeCheck, Eraser, PenLine, ServerOff } from "lucide-react";
import { useTitle } from "../../app/title";
import { ButtonLink } from "../../components/Button";
import css from "./home.module.css";

/** Home for a visitor: what this is, and the ways in. */
export function Welcome() {
  useTitle("");
  return (
    <section className={css.welcome}>
      <h1>Say it, and stand by it.</h1>
      <p>
        Troth is a social network that keeps its word. What you publish is signed by you and dated by a chain,
        and anybody can check that, without trusting us.
      </p>
      <div className={css.acts}>
        <ButtonLink to="/signin" kind="primary">
          Sign in or begin
        </ButtonLink>
        <ButtonLink to="/search">Look around</ButtonLink>
      </div>
      <ul className={`plain ${css.promises}`}>
        <li>
          <PenLine aria-hidden="true" />
          <h2>As quick as any other</h2>
          <p>
            One signature allows your device; from then on you post without a pop-up. No wallet? A handle and
            a password will do.
          </p>
        </li>
        <li>
          <BadgeCheck aria-hidden="true" />
          <h2>Proof for each post</h2>
          <p>
            Who signed it, what exactly it says, and between which two moments: recomputed in your own
            browser.
          </p>
        </li>
        <li>
          <Eraser aria-hidden="true" />
          <h2>Deleted is deleted</h2>
          <p>Text and pictures are erased for good. Only a hash remains, which tells nobody what it was.</p>
        </li>
        <li>
          <ServerOff aria-hidden="true" />
          <h2>Longer than the server</h2>
          <p>A proof is a small file of yours. It holds when this server is gone.</p>
        </li>
      </ul>
    </section>
  );
}
