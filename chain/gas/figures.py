"""Which figures are measured, what each may cost at most, and what stands beside it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One row: `aim` is the most gas it may cost, None for none.

    `peers` are names of figures measured beside it from the peers' packages; `said` is what is known
    of others in words. `at_most` names the peer's figure that it must not exceed.
    """

    name: str
    aim: int | None = None
    said: str = ""
    peers: tuple[str, ...] = ()
    at_most: str | None = None


EAS_ATTEST = "EAS attest"
EAS_ATTEST_100 = "EAS multiAttest, each of 100"
URI_MINT = "OpenZeppelin ERC721URIStorage mint"
PLAIN_MINT = "OpenZeppelin ERC721 mint"
PLAIN_MINT_FIRST = "OpenZeppelin ERC721 mint, a holder's first"
ERC721A_MINT = "ERC721A mint"
ERC721A_MINT_50 = "ERC721A mint, each of 50"
SOLADY_MINT = "Solady ERC721 mint"
PLAIN_TRANSFER = "OpenZeppelin ERC721 transfer"
ERC721A_TRANSFER = "ERC721A transfer"
SOLADY_TRANSFER = "Solady ERC721 transfer"
PEERS = (
    EAS_ATTEST,
    EAS_ATTEST_100,
    URI_MINT,
    PLAIN_MINT,
    PLAIN_MINT_FIRST,
    ERC721A_MINT,
    ERC721A_MINT_50,
    SOLADY_MINT,
    PLAIN_TRANSFER,
    ERC721A_TRANSFER,
    SOLADY_TRANSFER,
)

DEPLOY = Figure("deploy AnchorLog")
FIRST = Figure("anchor a batch, an anchorer's first", said="EAS attest 180,132-200,272 each")
STEADY = Figure(
    "anchor a batch, steady state",
    55_000,
    said="EAS multiTimestamp 24,603 each at 500; Ceramic 4.1 each at 6,144 (event only, no contract can check it)",
)
CHECK_1000 = Figure("anchoredAt, 1,000 per batch", 8_000, said="no figure")
CHECK_10000 = Figure("anchoredAt, 10,000 per batch", 8_000, said="no figure")

DEPLOY_IDENTITIES = Figure("deploy IdentityRegistry")
CLAIM = Figure("claim, alone", 60_000, peers=(EAS_ATTEST,))
CLAIM_100 = Figure("claim, each of 100", 30_000, peers=(EAS_ATTEST_100,))
RENEW = Figure("renew a claim")
REVOKE = Figure("revoke a claim")
DECLINE = Figure("decline a claim")

DEPLOY_ASSETS = Figure("deploy AssetRegistry")
MINT_FIRST = Figure(
    "mint with digest and royalty, a holder's first",
    said="without metadata:",
    peers=(PLAIN_MINT_FIRST,),
)
MINT = Figure(
    "mint with digest and royalty",
    85_000,
    peers=(URI_MINT, PLAIN_MINT, ERC721A_MINT, SOLADY_MINT),
)
PERMIT = Figure("mint by signed permission", 95_000, said="no figure")
MINT_50 = Figure("mint, each of 50", 60_000, said="without metadata:", peers=(ERC721A_MINT_50,))
TRANSFER = Figure(
    "transfer to a new holder",
    59_854,
    peers=(PLAIN_TRANSFER, ERC721A_TRANSFER, SOLADY_TRANSFER),
    at_most=PLAIN_TRANSFER,
)

FIGURES = (
    DEPLOY,
    FIRST,
    STEADY,
    CHECK_1000,
    CHECK_10000,
    DEPLOY_IDENTITIES,
    CLAIM,
    CLAIM_100,
    RENEW,
    REVOKE,
    DECLINE,
    DEPLOY_ASSETS,
    MINT_FIRST,
    MINT,
    PERMIT,
    MINT_50,
    TRANSFER,
)
