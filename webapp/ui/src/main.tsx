import "@fontsource-variable/figtree/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { History } from "./app/History";
import { newQueries } from "./app/queries";
import { Pages } from "./app/router";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={newQueries()}>
      <History>
        <Pages />
      </History>
    </QueryClientProvider>
  </StrictMode>,
);
