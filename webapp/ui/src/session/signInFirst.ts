import { useLocation, useNavigate } from "react-router";
import { notice } from "../app/notices";

/** What a visitor is told who wants to do something: sign in, and come back to where you were. */
export function useSignInFirst(): () => void {
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  return () => {
    notice({ tone: "neutral", text: "Sign in first; reading needs no account." });
    navigate(`/signin?next=${encodeURIComponent(pathname + search)}`);
  };
}
