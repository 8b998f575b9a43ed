import { Link } from "react-router";
import css from "./Aside.module.css";

/** What stands beside every page where there is room: how to check things, and where the rest is. */
export function Aside() {
  return (
    <aside className={css.aside} aria-label="About Troth">
      <section className={css.card}>
        <h2>Check it yourself</h2>
        <p>
          Every post here can be proved without trusting this server, with a file and a node of your choice.
        </p>
        <ul className="plain">
          <li>
            <Link to="/verify">Verify a proof</Link>
          </li>
          <li>
            <Link to="/log">Watch the log</Link>
          </li>
        </ul>
      </section>
      <p className={css.foot}>
        <Link to="/about">How Troth works</Link> <a href="/api/v1/docs">API</a>
      </p>
    </aside>
  );
}
