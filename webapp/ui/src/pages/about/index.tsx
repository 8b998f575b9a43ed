import { BadgeCheck, Blocks, Clock, Layers } from "lucide-react";
import { Link } from "react-router";
import { PageTitle } from "../../components/PageTitle";
import css from "./about.module.css";

/** How Troth works, for people: the four signs, what is promised, and what is not. */
export function Component() {
  return (
    <>
      <PageTitle title="How Troth works" back="/" />
      <div className={css.page}>
        <p className={css.lead}>
          A post is answered as soon as the server has it. Then, while nobody waits, it becomes something that
          anybody can check without asking the server.
        </p>
        <ol className={`plain ${css.steps}`}>
          <li>
            <Clock aria-hidden="true" />
            <h2>Saved</h2>
            <p>The server keeps your post and its signature. It shows at once.</p>
          </li>
          <li>
            <Layers aria-hidden="true" />
            <h2>In a batch</h2>
            <p>
              Its place in the log is fixed, and it becomes a leaf of a Merkle tree with up to 10,000 others.
            </p>
          </li>
          <li>
            <Blocks aria-hidden="true" />
            <h2>In a block</h2>
            <p>The tree's root stands in a contract that nobody owns. One transaction dates all of them.</p>
          </li>
          <li>
            <BadgeCheck aria-hidden="true" />
            <h2>Provable</h2>
            <p>
              The sign under the post opens its receipt: who signed, what exactly, not before and not after
              which block.
            </p>
          </li>
        </ol>
        <h2>What you can rely on</h2>
        <ul>
          <li>A chain that is slow, dear or down delays proofs, and nothing else.</li>
          <li>
            Deleting erases text, media and salt for good. That something was there, and when, stays provable.
          </li>
          <li>Private messages never touch the chain in any form.</li>
          <li>An edit is a new version beside the old one, signed and dated like it.</li>
          <li>A receipt gives a verdict for each claim, and says what it does not know.</li>
        </ul>
        <h2>What it does not prevent</h2>
        <ul>
          <li>An operator can refuse or delay what you send. You see that it has no proof.</li>
          <li>Whoever may read a post for followers can show its proof to the world.</li>
          <li>
            Posts without a wallet are unsigned: the server alone says whose they are, and every receipt says
            so.
          </li>
        </ul>
        <p>
          <Link to="/verify">Check a proof</Link>, with this server cut off if you like, or{" "}
          <Link to="/log">watch the log</Link>. Programs read and write by <a href="/api/v1/docs">the API</a>.
        </p>
      </div>
    </>
  );
}
