/** Who may do what; the server says so again at each request. */

import type { Me } from "../api/types";

/** Whether somebody sees the queues of moderation. */
export const canModerate = ({ role, profile }: Me): boolean =>
  (role === "moderator" || role === "operator") && profile.state === "active";
