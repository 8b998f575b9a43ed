import { lazy, Suspense, useEffect } from "react";
import { Outlet, useLocation } from "react-router";
import { Skeleton } from "../components/Skeleton";
import { useLive } from "../live/useLive";
import { useSessionWatch } from "../session/session";
import { useAsking } from "../wallet/asking";
import { useDemoRequest } from "../wallet/demo/requests";
import { loadWallets, wasConnected } from "../wallet/load";
import { Aside } from "./Aside";
import { Banners } from "./Banners";
import { useLoading } from "./History";
import { Navigation } from "./Navigation";
import { Notices } from "./Notices";
import css from "./Shell.module.css";
import { useScroll } from "./scroll";

/** What is round every page: navigation, the page itself, an aside where there is room, and notices. */
export function Shell() {
  useSessionWatch();
  useLive();
  useKnownWallet();
  useScroll();
  const { pathname } = useLocation();
  const loading = useLoading();
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#main">
        Skip to the page
      </a>
      <Navigation />
      <main id="main" tabIndex={-1} className={css.main} aria-busy={loading}>
        <Banners />
        {loading && <div className={css.progress} aria-hidden="true" />}
        <Suspense fallback={<Skeleton rows={4} />}>
          <Outlet key={pathname.split("/")[1]} />
        </Suspense>
      </main>
      <Aside />
      <Notices />
      <WalletDialogs />
    </div>
  );
}

const WalletRequest = lazy(async () => ({
  default: (await import("../components/WalletRequest")).WalletRequest,
}));
const DemoWallet = lazy(async () => ({ default: (await import("../components/DemoWallet")).DemoWallet }));

/** What a wallet is asked, once one is asked. */
function WalletDialogs() {
  const asking = useAsking();
  const demo = useDemoRequest();
  return (
    <Suspense fallback={null}>
      {asking !== null && <WalletRequest />}
      {demo !== null && <DemoWallet />}
    </Suspense>
  );
}

/** Go on with the wallet of last time, once the page itself is there. */
function useKnownWallet(): void {
  useEffect(() => {
    if (!wasConnected()) return;
    const wait = setTimeout(() => void loadWallets().catch(() => undefined), 300);
    return () => clearTimeout(wait);
  }, []);
}
