"""AssetRegistry as Python: calldata, readers and decoded events."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from chain.client import BlockId
from chain.contracts.abi import Contract, EventFragment, Fragment
from chain.permissions import Permission
from chain.tokens import token_id
from chain.wire import Log

MINT = Fragment("mint(address,bytes32,uint16)", ("uint256",))
MINT_MANY = Fragment("mintMany(address,(bytes32,uint16)[])")
MINT_WITH_PERMISSION = Fragment(
    "mintWithPermission((address,address,bytes32,uint16,uint256),bytes)", ("uint256",)
)
DIGEST_OF = Fragment("digestOf(uint256)", ("bytes32",))
TOKEN_ID_OF = Fragment("tokenIdOf(address,bytes32,uint16)", ("uint256",))
ROYALTY_INFO = Fragment("royaltyInfo(uint256,uint256)", ("address", "uint256"))
SUPPORTS_INTERFACE = Fragment("supportsInterface(bytes4)", ("bool",))
EIP712_DOMAIN = Fragment(
    "eip712Domain()",
    ("bytes1", "string", "string", "uint256", "address", "bytes32", "uint256[]"),
)
# ERC-721 and its metadata extension.
NAME = Fragment("name()", ("string",))
SYMBOL = Fragment("symbol()", ("string",))
TOKEN_URI = Fragment("tokenURI(uint256)", ("string",))
BALANCE_OF = Fragment("balanceOf(address)", ("uint256",))
OWNER_OF = Fragment("ownerOf(uint256)", ("address",))
APPROVE = Fragment("approve(address,uint256)")
GET_APPROVED = Fragment("getApproved(uint256)", ("address",))
SET_APPROVAL_FOR_ALL = Fragment("setApprovalForAll(address,bool)")
IS_APPROVED_FOR_ALL = Fragment("isApprovedForAll(address,address)", ("bool",))
TRANSFER_FROM = Fragment("transferFrom(address,address,uint256)")
SAFE_TRANSFER_FROM = Fragment("safeTransferFrom(address,address,uint256)")
SAFE_TRANSFER_FROM_WITH = Fragment("safeTransferFrom(address,address,uint256,bytes)")
FUNCTIONS = (
    MINT,
    MINT_MANY,
    MINT_WITH_PERMISSION,
    DIGEST_OF,
    TOKEN_ID_OF,
    ROYALTY_INFO,
    SUPPORTS_INTERFACE,
    EIP712_DOMAIN,
    NAME,
    SYMBOL,
    TOKEN_URI,
    BALANCE_OF,
    OWNER_OF,
    APPROVE,
    GET_APPROVED,
    SET_APPROVAL_FOR_ALL,
    IS_APPROVED_FOR_ALL,
    TRANSFER_FROM,
    SAFE_TRANSFER_FROM,
    SAFE_TRANSFER_FROM_WITH,
)

ERRORS = (
    Fragment("ZeroDigest()"),
    Fragment("RoyaltyTooHigh(uint16)"),
    Fragment("AlreadyMinted(uint256)"),
    Fragment("EmptyBatch()"),
    Fragment("PermissionExpired(uint256,uint256)"),
    Fragment("InvalidPermission(address,bytes32)"),
    # OpenZeppelin's, as ERC-6093 names them.
    Fragment("ERC721InvalidOwner(address)"),
    Fragment("ERC721NonexistentToken(uint256)"),
    Fragment("ERC721IncorrectOwner(address,uint256,address)"),
    Fragment("ERC721InvalidSender(address)"),
    Fragment("ERC721InvalidReceiver(address)"),
    Fragment("ERC721InsufficientApproval(address,uint256)"),
    Fragment("ERC721InvalidApprover(address)"),
    Fragment("ERC721InvalidOperator(address)"),
)

MINTED = EventFragment("Minted(address,uint256,bytes32)", indexed=2)
TRANSFER = EventFragment("Transfer(address,address,uint256)", indexed=3)
APPROVAL = EventFragment("Approval(address,address,uint256)", indexed=3)
APPROVAL_FOR_ALL = EventFragment("ApprovalForAll(address,address,bool)", indexed=2)
EVENTS = (MINTED, TRANSFER, APPROVAL, APPROVAL_FOR_ALL)

_ZERO_ADDRESS = "0x" + "00" * 20


@dataclass(frozen=True)
class Minted:
    """A decoded Minted event and where it stands on the chain."""

    creator: str
    token_id: int
    digest: bytes
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    log_index: int


@dataclass(frozen=True)
class Transferred:
    """A decoded Transfer event and where it stands on the chain; `sender` is None for a mint."""

    sender: str | None
    receiver: str
    token_id: int
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    log_index: int


@dataclass(frozen=True)
class MintCall:
    """What an owed ``mintWithPermission`` is to bring about."""

    token: int
    digest: bytes
    deadline: int


class AssetRegistry(Contract):
    """Who owns what (contracts/interfaces/IAssetRegistry.sol)."""

    @staticmethod
    def mint(to: str, digest: bytes, royalty: int) -> bytes:
        """Return the calldata that makes a token of the sender's; royalty in basis points."""
        return MINT.encode(to, digest, royalty)

    @staticmethod
    def mint_many(to: str, items: Sequence[tuple[bytes, int]]) -> bytes:
        """Return the calldata that makes a token for each digest and royalty, or none at all."""
        return MINT_MANY.encode(to, list(items))

    @staticmethod
    def mint_with_permission(permission: Permission, signature: bytes) -> bytes:
        """Return the calldata, which anyone may send, that makes a token by its creator's signature."""
        return MINT_WITH_PERMISSION.encode(permission.as_tuple(), signature)

    @staticmethod
    def transfer(sender: str, receiver: str, token_id: int) -> bytes:
        """Return the calldata that moves a token; a contract that receives it is asked first."""
        return SAFE_TRANSFER_FROM.encode(sender, receiver, token_id)

    def owner_of(self, token_id: int, block: BlockId = "latest") -> str:
        """Return who owns a token, lower-case 0x; raises ContractReverted for an unknown token."""
        return str(self._read(OWNER_OF, block, token_id)[0])

    def balance_of(self, owner: str, block: BlockId = "latest") -> int:
        """Return how many tokens an address owns."""
        return int(self._read(BALANCE_OF, block, owner)[0])

    def digest_of(self, token_id: int, block: BlockId = "latest") -> bytes:
        """Return the SHA-256 of a token's metadata; raises ContractReverted for an unknown token."""
        digest: bytes = self._read(DIGEST_OF, block, token_id)[0]
        return digest

    def token_uri(self, token_id: int, block: BlockId = "latest") -> str:
        """Return where the metadata is; raises ContractReverted for an unknown token."""
        return str(self._read(TOKEN_URI, block, token_id)[0])

    def royalty_info(self, token_id: int, price: int, block: BlockId = "latest") -> tuple[str, int]:
        """Return who gets how much of a price; raises ContractReverted for an unknown token (ERC-2981)."""
        receiver, amount = self._read(ROYALTY_INFO, block, token_id, price)
        return receiver, amount


def decode_mint(data: bytes) -> MintCall | None:
    """Read the calldata of a ``mintWithPermission`` of ours, None for any other call."""
    if data[:4] != MINT_WITH_PERMISSION.selector:
        return None
    try:
        (creator, _, digest, royalty, deadline), _ = decode(MINT_WITH_PERMISSION.types, data[4:])
        return MintCall(token_id(creator, digest, royalty), digest, deadline)
    except (DecodingError, ValueError):
        return None


def decode_minted(log: Log) -> Minted:
    """Read a Minted event; raises ValueError for any other event."""
    creator, token_id, digest = MINTED.decode(log)
    return Minted(
        creator=creator,
        token_id=token_id,
        digest=digest,
        block_number=log.block_number,
        block_hash=log.block_hash,
        transaction_hash=log.transaction_hash,
        log_index=log.log_index,
    )


def decode_transfer(log: Log) -> Transferred:
    """Read a Transfer event; raises ValueError for any other event."""
    sender, receiver, token_id = TRANSFER.decode(log)
    return Transferred(
        sender=None if sender == _ZERO_ADDRESS else sender,
        receiver=receiver,
        token_id=token_id,
        block_number=log.block_number,
        block_hash=log.block_hash,
        transaction_hash=log.transaction_hash,
        log_index=log.log_index,
    )
