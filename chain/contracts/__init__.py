"""The contracts as Python: calldata, readers and decoded events, one module for each contract."""

from chain.contracts.abi import Contract, EventFragment, Fragment
from chain.contracts.anchor_log import (
    ANCHOR,
    ANCHOR_OF,
    ANCHORED_AT,
    ANCHORED_TOPIC,
    CLOSE,
    CLOSED_TOPIC,
    ERRORS,
    NEXT,
    Anchored,
    AnchorLog,
    AnchorState,
    decode_anchored,
)
from chain.contracts.asset_registry import (
    AssetRegistry,
    MintCall,
    Minted,
    Transferred,
    decode_mint,
    decode_minted,
    decode_transfer,
)
from chain.contracts.identity_registry import (
    ClaimChange,
    ClaimKey,
    ClaimState,
    ClaimStatus,
    IdentityRegistry,
    NewClaim,
    RevocationReason,
    decode_claim_change,
)
from chain.contracts.reverts import explain
from chain.contracts.signature_check import ERC6492_SUFFIX, is_valid_signature

__all__ = [
    "ANCHOR",
    "ANCHORED_AT",
    "ANCHORED_TOPIC",
    "ANCHOR_OF",
    "CLOSE",
    "CLOSED_TOPIC",
    "ERC6492_SUFFIX",
    "ERRORS",
    "NEXT",
    "AnchorLog",
    "AnchorState",
    "Anchored",
    "AssetRegistry",
    "ClaimChange",
    "ClaimKey",
    "ClaimState",
    "ClaimStatus",
    "Contract",
    "EventFragment",
    "Fragment",
    "IdentityRegistry",
    "MintCall",
    "Minted",
    "NewClaim",
    "RevocationReason",
    "Transferred",
    "decode_anchored",
    "decode_claim_change",
    "decode_mint",
    "decode_minted",
    "decode_transfer",
    "explain",
    "is_valid_signature",
]
