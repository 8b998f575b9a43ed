import { Flag, Link2, Send } from "lucide-react";
import { useEffect, useState } from "react";
import type { Me } from "../../api/types";
import { copyLink } from "../../app/copy";
import { Button } from "../../components/Button";
import { Menu } from "../../components/Menu";
import { ReportDialog } from "../../components/post/ReportDialog";
import { PartyName } from "../../components/tokens/PartyName";
import { tokenPath } from "../../lib/paths";
import { forgetSent, useSent } from "../../lib/sent";
import { nameOfToken, royaltyWords, textOf } from "../../lib/tokens";
import type { Asset, Mint } from "../../queries/tokens";
import { useSignInFirst } from "../../session/signInFirst";
import { GiveAway } from "./GiveAway";
import { History } from "./History";
import { MintState } from "./MintState";
import { Numbers } from "./Numbers";
import { OnItsWay } from "./OnItsWay";
import css from "./token.module.css";
import { Work } from "./Work";

/** A token that is on the chain. */
export function Token({ asset, me, mint }: { asset: Asset; me: Me | null; mint: Mint | undefined }) {
  const [open, setOpen] = useState<"give" | "report" | null>(null);
  const sent = useSent(`transfer:${asset.token_id}`);
  const name = nameOfToken(textOf(asset.metadata), asset.token_id);
  const mine = me?.profile.authors.some((one) => one.signs && one.address === asset.owner.address) ?? false;
  // The chain shows it where it was sent: the note has done its work.
  useEffect(() => {
    if (sent?.to === asset.owner.address) forgetSent(`transfer:${asset.token_id}`);
  }, [sent, asset.owner.address, asset.token_id]);
  return (
    <>
      <Work metadata={asset.metadata} name={name} />
      <Missing asset={asset} />
      <section className={css.part} aria-label="Whose it is">
        <div className={css.whose}>
          <dl className={css.parties}>
            <div>
              <dt>Held by</dt>
              <dd>
                <PartyName party={asset.owner} face />
              </dd>
            </div>
            <div>
              <dt>Made by</dt>
              <dd>
                <PartyName party={asset.creator} face />
              </dd>
            </div>
            <div>
              <dt>Royalty</dt>
              <dd title="Of each sale, for whoever made it, where the market pays it (ERC-2981)">
                {royaltyWords(asset.royalty)}
              </dd>
            </div>
          </dl>
          <span className={css.aside}>
            <More asset={asset} me={me} mine={mine} onReport={() => setOpen("report")} />
          </span>
        </div>
        <OnItsWay asset={asset} sent={sent} />
        {mine && !sent && (
          <div className={css.acts}>
            <Button
              kind="primary"
              icon={<Send size={18} aria-hidden="true" />}
              onClick={() => setOpen("give")}
            >
              Give it away
            </Button>
          </div>
        )}
      </section>
      {mint && !["mined", "final"].includes(mint.progress.state) && <MintState mint={mint} />}
      <History asset={asset} />
      <Numbers asset={asset} />
      {mint && ["mined", "final"].includes(mint.progress.state) && <MintState mint={mint} />}
      {open === "give" && me && <GiveAway asset={asset} onClose={() => setOpen(null)} />}
      {open === "report" && (
        <ReportDialog type="asset" subject={asset.subject} onClose={() => setOpen(null)} />
      )}
    </>
  );
}

interface MoreProps {
  asset: Asset;
  me: Me | null;
  mine: boolean;
  onReport: () => void;
}

function More({ asset, me, mine, onReport }: MoreProps) {
  const signInFirst = useSignInFirst();
  const report = () => (me ? onReport() : signInFirst());
  return (
    <Menu
      label="More about this token"
      items={[
        { text: "Copy the link", icon: <Link2 />, run: () => void copyLink(tokenPath(asset.token_id)) },
        !mine && { text: "Report", icon: <Flag />, danger: true, run: report },
      ]}
    />
  );
}

/** Why there is nothing to see of it. */
function Missing({ asset }: { asset: Asset }) {
  const why = {
    known: null,
    unknown: `Nobody here has its picture and text. They may be at ${asset.token_uri}; whoever has them can prove by their hash that they are the ones.`,
    unreadable: "What it points to is no metadata that can be read.",
    hidden:
      "Moderators took picture and text from view. Who holds it stays on the chain for everybody to see.",
  }[asset.metadata_state];
  return (
    <>
      {why && <p className={css.notice}>{why}</p>}
      {asset.state === "halted" && (
        <p className={css.notice} role="status">
          {asset.reason ?? "The chain is in doubt just now: who holds it may change."}
        </p>
      )}
    </>
  );
}
