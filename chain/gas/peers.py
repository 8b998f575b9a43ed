"""What the peers' published contracts cost on the same chain.

Those that come as sources are compiled with our compiler and settings; EAS publishes bytecode. Their npm
packages are for development only: `make dev` brings them.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from eth_abi.abi import decode, encode
from eth_hash.auto import keccak

from chain import artifacts
from chain.compiler import compile_contracts
from chain.config import ChainConfig
from chain.contracts import Fragment
from chain.errors import CompileFailed
from chain.gas.figures import (
    EAS_ATTEST,
    EAS_ATTEST_100,
    ERC721A_MINT,
    ERC721A_MINT_50,
    ERC721A_TRANSFER,
    ERC721A_TRANSFER_HELD,
    PLAIN_MINT,
    PLAIN_MINT_FIRST,
    PLAIN_TRANSFER,
    PLAIN_TRANSFER_HELD,
    SOLADY_MINT,
    SOLADY_TRANSFER,
    SOLADY_TRANSFER_HELD,
    URI_MINT,
    URI_MINT_FIRST,
)
from chain.gas.registries import NEW_HOLDER
from chain.gas.running import each
from chain.local import LocalChain
from chain.tokens import token_uri

_PACKAGES = ("erc721a", "solady")
_EAS = "node_modules/@ethereum-attestation-service/eas-contracts/artifacts/contracts"
_ZERO_ADDRESS = "0x" + "00" * 20
_ZERO_WORD = bytes(32)
_ANOTHER = "0x" + keccak(b"troth:another holder")[-20:].hex()

_REGISTER = Fragment("register(string,address,bool)", ("bytes32",))
_ATTEST = Fragment("attest((bytes32,(address,uint64,bool,bytes32,bytes,uint256)))")
_MULTI_ATTEST = Fragment("multiAttest((bytes32,(address,uint64,bool,bytes32,bytes,uint256)[])[])")
_MINT = Fragment("mint(address)")
_MINT_URI = Fragment("mint(address,string)")
_MINT_MANY = Fragment("mint(address,uint256)")
_TRANSFER = Fragment("transferFrom(address,address,uint256)")


def measure_peers(config: ChainConfig) -> dict[str, int]:
    """Measure all peers' figures; raises CompileFailed where a package is missing, and ChainError."""
    here = _project(config)
    compile_contracts(here)
    chain = LocalChain.embedded()
    return _measure_eas(chain, config) | _measure_tokens(chain, here)


def _project(config: ChainConfig) -> ChainConfig:
    remappings = tuple((f"{name}/", f"node_modules/{name}/") for name in _PACKAGES)
    return replace(
        config,
        contracts=config.root / "bench" / "peers",
        build=config.build / "peers",
        compiler=replace(config.compiler, remappings=config.compiler.remappings + remappings),
    )


def _measure_eas(chain: LocalChain, config: ChainConfig) -> dict[str, int]:
    """Attest to the same as a claim of ours: a digest about a subject, that can be revoked, with an expiry."""
    registry = _create(chain, _published(config, "SchemaRegistry"))
    eas = _create(chain, _published(config, "EAS") + encode(["address"], [registry]))
    terms = ("bytes32 claim", _ZERO_ADDRESS, True)
    schema = decode(["bytes32"], chain.client.call(registry, _REGISTER.encode(*terms)))[0]
    chain.sender().send(registry, _REGISTER.encode(*terms))

    def attestation(number: int) -> tuple[object, ...]:
        digest = keccak(number.to_bytes(2))
        subject = "0x" + keccak(digest)[-20:].hex()
        return subject, 4_102_444_800, True, _ZERO_WORD, digest, 0

    used = partial(_used, chain, eas)
    many = [attestation(number) for number in range(100)]
    used(_ATTEST.encode((schema, attestation(1_000))))
    return {
        EAS_ATTEST: used(_ATTEST.encode((schema, attestation(1_001)))),
        EAS_ATTEST_100: each(used(_MULTI_ATTEST.encode([(schema, many)])), len(many)),
    }


def _measure_tokens(chain: LocalChain, here: ChainConfig) -> dict[str, int]:
    """Mint to a holder who has a token already, and give one of three to an address that has none."""
    me = chain.accounts[0].address

    def contract(name: str) -> Callable[[bytes], int]:
        return partial(_used, chain, _create(chain, artifacts.load(name, here).bytecode))

    plain, uri, solady = (contract(name) for name in ("PlainTokens", "UriTokens", "SoladyTokens"))
    erc721a = contract("Erc721aTokens")
    # Ids begin with 0, so the third token is the one of full width among equals.
    transfer = _TRANSFER.encode(me, NEW_HOLDER, 2)
    another = _TRANSFER.encode(me, NEW_HOLDER, 1)
    for mint, call in (
        (plain, _MINT.encode(me)),
        (plain, _MINT.encode(me)),
        (solady, _MINT.encode(me)),
        (solady, _MINT.encode(me)),
        (uri, _MINT_URI.encode(me, token_uri(keccak(b"first")))),
        (erc721a, _MINT_MANY.encode(me, 1)),
        (erc721a, _MINT_MANY.encode(me, 1)),
    ):
        mint(call)
    return {
        URI_MINT: uri(_MINT_URI.encode(me, token_uri(keccak(b"second")))),
        URI_MINT_FIRST: uri(_MINT_URI.encode(_ANOTHER, token_uri(keccak(b"third")))),
        PLAIN_MINT: plain(_MINT.encode(me)),
        PLAIN_MINT_FIRST: plain(_MINT.encode(_ANOTHER)),
        ERC721A_MINT: erc721a(_MINT_MANY.encode(me, 1)),
        ERC721A_MINT_50: each(erc721a(_MINT_MANY.encode(me, 50)), 50),
        SOLADY_MINT: solady(_MINT.encode(me)),
        PLAIN_TRANSFER: plain(transfer),
        ERC721A_TRANSFER: erc721a(transfer),
        SOLADY_TRANSFER: solady(transfer),
        PLAIN_TRANSFER_HELD: plain(another),
        ERC721A_TRANSFER_HELD: erc721a(another),
        SOLADY_TRANSFER_HELD: solady(another),
    }


def _used(chain: LocalChain, contract: str, calldata: bytes) -> int:
    return chain.sender().send(contract, calldata).gas_used


def _create(chain: LocalChain, creation: bytes) -> str:
    address = chain.sender().send(None, creation).contract
    if address is None:
        raise ValueError("the receipt of a creation names no contract")
    return address


def _published(config: ChainConfig, name: str) -> bytes:
    """Read creation code as EAS publishes it."""
    path = config.root / _EAS / f"{name}.sol" / f"{name}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        problem = f"the peers' package is not there ({error}); run `make dev`."
        raise CompileFailed(problem) from error
    return bytes.fromhex(str(content["bytecode"]).removeprefix("0x"))
