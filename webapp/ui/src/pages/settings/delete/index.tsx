import { useState } from "react";
import { Link } from "react-router";
import type { Me } from "../../../api/types";
import { Button } from "../../../components/Button";
import { Lead, Part } from "../parts/Part";
import { walletsOf } from "../security/walletsOf";
import { DeleteDialog } from "./DeleteDialog";
import css from "./delete.module.css";

const GOES = [
  "the text of all your posts, in every version, with media, tags and salts",
  "your profile, picture and links",
  "messages that you wrote, for everybody who got them",
  "likes, reposts, follows, blocks and mutes",
  "notifications, drafts, reports, appeals and what your stamps are about",
  "sessions, recovery codes, exports, webhooks and your own apps",
  "names, pictures and texts of assets that you made",
];

/** What deleting the account erases, what it cannot, and doing it. */
export default function DeleteAccount({ me }: { me: Me }) {
  const [sure, setSure] = useState(false);
  const { handle } = me.profile;
  const wallets = walletsOf(me);
  return (
    <>
      <Lead>
        Deleting is for good: nobody can bring it back, not even the operator. You may want to{" "}
        <Link to="/settings/export">export your data</Link> first.
      </Lead>
      <Part
        title="What is erased"
        about="At once from the database; files and caches follow within 24 hours."
      >
        <ul className={css.list}>
          {GOES.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </Part>
      <Part title="What remains">
        <ul className={css.list}>
          <li>
            in the public log, for each post: its id, hashes, times, the address of its author and the
            signature. They tell that something was there, and when, not what
          </li>
          <li>tokens on the chain, with the digests of what they named</li>
          {handle && <li>that @{handle} is taken: nobody gets it again, you neither</li>}
          <li>
            copies that others made: whoever saved a proof of a post has its text. Backups of the operator
            last as long as the operator keeps them
          </li>
          {wallets.length > 0 && <li>your wallet: it may begin anew here, with an account of its own</li>}
        </ul>
      </Part>
      <Part title="Delete it">
        <div>
          <Button kind="danger" onClick={() => setSure(true)}>
            Delete my account
          </Button>
        </div>
      </Part>
      {sure && <DeleteDialog me={me} wallets={wallets} onClose={() => setSure(false)} />}
    </>
  );
}
