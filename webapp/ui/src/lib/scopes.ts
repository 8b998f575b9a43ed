/** What an app may do, in words. */

interface ScopeWords {
  /** What it may do, to follow "It may". */
  text: string;
  /** It acts in one's name, or opens what is between few: shown with more weight. */
  grave: boolean;
}

const SCOPES: Record<string, ScopeWords> = {
  read: { text: "read what you can read: posts, people, your feed, your profile", grave: false },
  "posts:write": { text: "post, edit and delete in your name, and upload files", grave: true },
  "reactions:write": { text: "like and repost in your name", grave: true },
  "follows:write": { text: "follow, mute and block people for you", grave: true },
  "messages:read": { text: "read your private messages", grave: true },
  "messages:write": {
    text: "send and erase private messages in your name, and look after your groups",
    grave: true,
  },
  "notifications:read": { text: "see what you are told, and mark it as read", grave: false },
  "profile:write": { text: "change your name, bio, picture and links", grave: true },
  "assets:write": { text: "begin and withdraw mints in your name", grave: true },
  "webhooks:write": { text: "have what you are told sent to its own server", grave: true },
};

/** The words of a scope; one that is not known here is shown by its name. */
export const scopeWords = (scope: string): ScopeWords =>
  SCOPES[scope] ?? { text: `do what is called “${scope}”`, grave: true };

/** All scopes that an app may ask for. */
export const KNOWN_SCOPES: readonly string[] = Object.keys(SCOPES);
