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
URI_MINT_FIRST = "OpenZeppelin ERC721URIStorage mint, to who holds none"
PLAIN_MINT = "OpenZeppelin ERC721 mint"
PLAIN_MINT_FIRST = "OpenZeppelin ERC721 mint, to who holds none"
ERC721A_MINT = "ERC721A mint"
ERC721A_MINT_50 = "ERC721A mint, each of 50"
SOLADY_MINT = "Solady ERC721 mint"
PLAIN_TRANSFER = "OpenZeppelin ERC721 transfer"
ERC721A_TRANSFER = "ERC721A transfer"
SOLADY_TRANSFER = "Solady ERC721 transfer"
PLAIN_TRANSFER_HELD = "OpenZeppelin ERC721 transfer, to who holds one"
ERC721A_TRANSFER_HELD = "ERC721A transfer, to who holds one"
SOLADY_TRANSFER_HELD = "Solady ERC721 transfer, to who holds one"
PEERS = (
    EAS_ATTEST,
    EAS_ATTEST_100,
    URI_MINT,
    URI_MINT_FIRST,
    PLAIN_MINT,
    PLAIN_MINT_FIRST,
    ERC721A_MINT,
    ERC721A_MINT_50,
    SOLADY_MINT,
    PLAIN_TRANSFER,
    ERC721A_TRANSFER,
    SOLADY_TRANSFER,
    PLAIN_TRANSFER_HELD,
    ERC721A_TRANSFER_HELD,
    SOLADY_TRANSFER_HELD,
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
    "mint with digest and royalty, a creator's first, for itself",
    85_000,
    peers=(URI_MINT_FIRST, PLAIN_MINT_FIRST),
)
MINT = Figure(
    "mint with digest and royalty, to who holds one",
    85_000,
    peers=(URI_MINT, PLAIN_MINT, ERC721A_MINT, SOLADY_MINT),
)
# Three words written from zero are 66,300 gas, and 21,000 begin every transaction: no aim could be kept.
MINT_GIVEN = Figure(
    "mint with digest and royalty, given to who holds none",
    said="owner, balance and digest from zero, 66,300 of it; peers to who holds none:",
    peers=(URI_MINT_FIRST, PLAIN_MINT_FIRST),
)
PERMIT_FIRST = Figure(
    "mint by signed permission, a creator's first, for itself", 95_000, said="no figure"
)
PERMIT = Figure("mint by signed permission, to who holds one", 95_000, said="no figure")
PERMIT_GIVEN = Figure(
    "mint by signed permission, given to who holds none",
    said="three words from zero, as above; no figure",
)
MINT_50 = Figure("mint, each of 50", 60_000, said="without metadata:", peers=(ERC721A_MINT_50,))
TRANSFER = Figure(
    "transfer to a new holder",
    59_854,
    peers=(PLAIN_TRANSFER, ERC721A_TRANSFER, SOLADY_TRANSFER),
    at_most=PLAIN_TRANSFER,
)
TRANSFER_HELD = Figure(
    "transfer to who holds one",
    peers=(PLAIN_TRANSFER_HELD, ERC721A_TRANSFER_HELD, SOLADY_TRANSFER_HELD),
    at_most=PLAIN_TRANSFER_HELD,
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
    MINT_GIVEN,
    PERMIT_FIRST,
    PERMIT,
    PERMIT_GIVEN,
    MINT_50,
    TRANSFER,
    TRANSFER_HELD,
)
