import { useInfiniteQuery } from "@tanstack/react-query";
import { Image, Sparkles } from "lucide-react";
import type { User } from "../../api/types";
import { ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { List } from "../../components/List";
import { nameOf } from "../../components/Person";
import { TokenCard } from "../../components/tokens/TokenCard";
import grid from "../../components/tokens/TokenCard.module.css";
import { type Asset, galleryQuery } from "../../queries/tokens";
import css from "./gallery.module.css";
import { OnTheirWay } from "./OnTheirWay";

/** What a person holds on the chain, whoever made it; for oneself what is on its way too. */
export function Gallery({ person, own }: { person: User; own: boolean }) {
  const query = useInfiniteQuery(galleryQuery(person.id));
  const some = query.data?.pages.some((page) => page.items.length > 0) ?? false;
  return (
    <>
      {own && (
        <div className={css.bar}>
          <p>What your wallets hold on the chain, wherever it was made.</p>
          <ButtonLink
            to="/tokens/new"
            size="s"
            kind="primary"
            icon={<Sparkles size={16} aria-hidden="true" />}
          >
            Make a token
          </ButtonLink>
        </div>
      )}
      {own && <OnTheirWay person={person.id} />}
      {some || query.isPending || query.error ? (
        <GalleryList query={query} person={person} />
      ) : (
        <Nothing person={person} own={own} />
      )}
    </>
  );
}

function GalleryList({ query, person }: { query: Parameters<typeof List<Asset>>[0]["query"]; person: User }) {
  return (
    <section className={grid.grid} aria-label={`Gallery of ${nameOf(person)}`}>
      <List query={query} keyOf={(one) => one.token_id} empty={null}>
        {(one) => (
          <TokenCard key={one.token_id} number={one.token_id} metadata={one.metadata}>
            {lineOf(one, person)}
          </TokenCard>
        )}
      </List>
    </section>
  );
}

function lineOf({ metadata_state, creator, state }: Asset, person: User) {
  if (metadata_state === "hidden") return "Hidden by moderators";
  if (state === "halted") return "The chain is in doubt";
  if (creator.profile?.id === person.id) return `Made by ${nameOf(person)}`;
  return creator.profile ? `Made by ${nameOf(creator.profile)}` : "Made elsewhere";
}

function Nothing({ person, own }: { person: User; own: boolean }) {
  if (own) {
    return (
      <Empty
        icon={<Image size={36} />}
        title="Your gallery is empty"
        text="Make a token of a picture or a video: it is yours on the chain, and it costs you nothing. What others give to your wallets comes here too."
      />
    );
  }
  return (
    <Empty
      icon={<Image size={36} />}
      title="Nothing in the gallery yet"
      text={`Here comes what ${nameOf(person)} made or was given. Whoever holds a token can give it away on its page.`}
    />
  );
}
