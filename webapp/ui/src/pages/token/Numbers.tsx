import type { ReactNode } from "react";
import type { Asset } from "../../queries/tokens";
import { Hash } from "../../receipt/Hash";
import css from "./token.module.css";

/** What somebody needs who looks the token up elsewhere. */
export function Numbers({ asset }: { asset: Asset }) {
  return (
    <details className={css.numbers}>
      <summary>Contract, numbers and hashes</summary>
      <dl>
        <Row name="Contract">
          <Hash value={asset.contract} name="the contract" />
        </Row>
        <Row name="Chain">{asset.chain_id}</Row>
        <Row name="Token id">
          <Hash value={asset.token_id} name="the token id" />
        </Row>
        <Row name="CAIP-19">
          <Hash value={asset.id} name="the CAIP-19 id" />
        </Row>
        <Row name="Held by">
          <Hash value={asset.owner.address} name="the holder’s address" />
        </Row>
        <Row name="Made by">
          <Hash value={asset.creator.address} name="the creator’s address" />
        </Row>
        <Row name="SHA-256 of the metadata">
          <Hash value={asset.digest} name="the hash" />
        </Row>
        <Row name="Token URI">
          <Hash value={asset.token_uri} name="the token URI" />
        </Row>
        {asset.metadata_state === "known" && (
          <Row name="Metadata">
            <a href={`/ipfs/${asset.metadata_cid}`}>As they are kept here</a>
          </Row>
        )}
      </dl>
    </details>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
