import { X } from "lucide-react";
import { Link } from "react-router";
import { IconButton } from "../components/Button";
import css from "./Notices.module.css";
import { dismissNotice, useNotices } from "./notices";

/** The notices that show now, read out politely. */
export function Notices() {
  const notices = useNotices();
  return (
    <div className={css.stack} role="status" aria-live="polite">
      {notices.map((one) => (
        <div key={one.id} className={`${css.notice} ${css[one.tone]}`}>
          <span>{one.text}</span>
          {one.link && <Link to={one.link.to}>{one.link.text}</Link>}
          {one.act && (
            <button type="button" onClick={one.act.run}>
              {one.act.text}
            </button>
          )}
          <IconButton label="Dismiss" onClick={() => dismissNotice(one.id)}>
            <X size={16} />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
