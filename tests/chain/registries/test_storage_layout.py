import solcx

from chain import compiler, config


def test_openzeppelins_mappings_are_where_the_asset_registry_writes() -> None:
    settings = config.load()
    request = compiler._standard_input(settings)
    unit, name = "contracts/AssetRegistry.sol", "AssetRegistry"
    request["settings"]["outputSelection"] = {unit: {name: ["storageLayout"]}}
    output = solcx.compile_standard(request, solc_binary=compiler.shim(settings))
    layout = output["contracts"][unit][name]["storageLayout"]
    found = {
        (one["label"], layout["types"][one["type"]]["label"]): (int(one["slot"]), one["offset"])
        for one in layout["storage"]
    }
    assert found[("_owners", "mapping(uint256 => address)")] == (2, 0)
    assert found[("_balances", "mapping(address => uint256)")] == (3, 0)
    assert found[("_tokenApprovals", "mapping(uint256 => address)")] == (4, 0)
    # Whole words are written there, so nothing else may share them.
    slots = [int(one["slot"]) for one in layout["storage"]]
    assert len(slots) == len(set(slots))
