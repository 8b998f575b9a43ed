/** The addresses of things. */

interface Person {
  id: string;
  handle: string | null;
}

/** A person's page: by handle where there is one, since people read addresses. */
export const personPath = ({ id, handle }: Person): string => (handle ? `/@${handle}` : `/people/${id}`);

export const postPath = (id: string): string => `/posts/${id}`;
export const tagPath = (tag: string): string => `/tags/${encodeURIComponent(tag)}`;
export const tokenPath = (number: string): string => `/tokens/${number}`;
