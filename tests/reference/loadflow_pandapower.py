"""Radial networks solved by pandapower (Newton-Raphson), pinned for tests/loadflow_reference.rs.

Run with pandapower 3.5.6:  python pandapower_reference.py [loadflow_reference.json]

Each network is written in per unit on one base (parent, r, x, g, b, tap, loads), worked out here from nameplates
and checked against pandapower's own branch matrix, with pandapower's voltages and losses beside it. Entry n of a
column is node n and the branch that feeds it; node 0 is the slack; de-energised nodes have voltage and loss 0.
"""

import json
import math
import random
import sys

import pandapower as pp
import pandapower.networks as pn
from pandapower.pypower import idx_brch as ib


def line_pu(net, k):
    """r, x, g, b and tap of a line."""
    row = net.line.loc[k]
    length, parallel = row.length_km, row.parallel
    z_base = net.bus.vn_kv[row.from_bus] ** 2 / net.sn_mva
    return [
        row.r_ohm_per_km * length / parallel / z_base,
        row.x_ohm_per_km * length / parallel / z_base,
        row.g_us_per_km * 1e-6 * length * parallel * z_base,
        2 * math.pi * net.f_hz * row.c_nf_per_km * 1e-9 * length * parallel * z_base,
        1.0,
    ]


def trafo_pu(net, k):
    """r, x, g, b and tap of a two-winding transformer, its ratio changer on the high-voltage side."""
    row = net.trafo.loc[k]
    tapped = row.tap_changer_type == "Ratio"
    assert not tapped or row.tap_side == "hv"
    hv = row.vn_hv_kv * (1 + (row.tap_pos - row.tap_neutral) * row.tap_step_percent / 100 if tapped else 1)
    lv = row.vn_lv_kv / net.bus.vn_kv[row.lv_bus]
    z_base = net.sn_mva / row.sn_mva * lv**2 / row.parallel
    r, z = row.vkr_percent / 100 * z_base, row.vk_percent / 100 * z_base
    y_base = row.parallel / net.sn_mva / lv**2
    iron, magnetising = row.pfe_kw / 1000, row.i0_percent / 100 * row.sn_mva
    return [
        r,
        math.sqrt(z**2 - r**2),
        iron * y_base,
        -math.sqrt(max(magnetising**2 - iron**2, 0.0)) * y_base,
        hv / net.bus.vn_kv[row.hv_bus] / lv,
    ]


def export(name, about, net):
    """The network as columns, parents first, with pandapower's results."""
    pp.runpp(net, trafo_model="pi", algorithm="nr", init="flat", tolerance_mva=1e-11, max_iteration=100, numba=False,
             calculate_voltage_angles=False)
    edges = {}
    for table, columns, element in (("line", line_pu, net.line), ("trafo", trafo_pu, net.trafo)):
        start = net._pd2ppc_lookups["branch"].get(table, (0, 0))[0]
        for at, k in enumerate(element.index):
            row = element.loc[k]
            ends = (row.from_bus, row.to_bus) if table == "line" else (row.hv_bus, row.lv_bus)
            pu = columns(net, k)
            own = net._ppc["branch"][start + at].real
            theirs = [own[c] for c in (ib.BR_R, ib.BR_X, ib.BR_G, ib.BR_B, ib.TAP)]
            # pandapower drops the shunts of branches that are out of service.
            for mine, other in zip(pu, theirs):
                assert not row.in_service or math.isclose(mine, other, rel_tol=1e-12, abs_tol=1e-15), (name, pu, theirs)
            loss = float(net["res_" + table].pl_mw[k]) / net.sn_mva
            for near, far in (ends, ends[::-1]):
                edges.setdefault(near, []).append((far, ends, pu, bool(row.in_service), loss))

    p, q = dict.fromkeys(net.bus.index, 0.0), dict.fromkeys(net.bus.index, 0.0)
    for sign, table in ((1, net.load), (-1, net.sgen)):
        for row in table.itertuples():
            p[row.bus] += sign * row.scaling * row.p_mw / net.sn_mva
            q[row.bus] += sign * row.scaling * row.q_mvar / net.sn_mva

    slack = int(net.ext_grid.bus.iloc[0])
    columns = {c: [] for c in "parent r x g b tap in_service p q vm_pu loss".split()}
    order = [(slack, 0, [0.0, 0.0, 0.0, 0.0, 1.0], True, 0.0)]
    seen = {slack}
    for node, (bus, parent, pu, in_service, loss) in enumerate(order):
        v = float(net.res_bus.vm_pu[bus])
        row = [parent, *pu, in_service, p[bus], q[bus], 0.0 if math.isnan(v) else v, 0.0 if math.isnan(loss) else loss]
        for column, value in zip(columns.values(), row):
            column.append(value if isinstance(value, (bool, int)) else float(f"{float(value):.15g}"))
        for far, ends, pu, in_service, loss in sorted(edges.get(bus, []), key=lambda edge: edge[0]):
            if far not in seen:
                assert pu[4] == 1.0 or ends[0] == bus, "the tap must be at the parent's end"
                seen.add(far)
                order.append((far, node, pu, in_service, loss))
    assert len(order) == len(net.bus)
    total = sum(float(net["res_" + t].pl_mw.sum()) for t in ("line", "trafo")) / net.sn_mva
    live = [v for v in columns["vm_pu"] if v > 0]
    share = 100 * total * net.sn_mva / float(net.res_ext_grid.p_mw.sum())
    print(f"{name}: {len(order)} nodes, {min(live):.4f} to {max(live):.4f} pu, loss {share:.3f} %")
    return {"name": name, "about": about, "base_va": net.sn_mva * 1e6, "slack": float(net.ext_grid.vm_pu.iloc[0]),
            **columns, "total_loss": total}


def radial(net):
    """Takes lines that are out of service for good, or open at one end, out of the network."""
    opened = net.switch.element[(net.switch.et == "l") & ~net.switch.closed]
    net.line = net.line[net.line.in_service & ~net.line.index.isin(opened)]
    net.switch = net.switch[(net.switch.et != "l") | net.switch.element.isin(net.line.index)]
    return net


def campus(load_mw, power_factor):
    """345/34.5 kV station, six cable feeders of eight 34.5/0.415 kV units, two busways each."""
    net = pp.create_empty_network(f_hz=60.0, sn_mva=100.0)
    grid, mv = pp.create_bus(net, 345.0), pp.create_bus(net, 34.5)
    pp.create_ext_grid(net, grid, vm_pu=1.02)
    # Tapped to lift the 34.5 kV side by 2.5 %.
    pp.create_transformer_from_parameters(
        net, grid, mv, sn_mva=150.0, vn_hv_kv=345.0, vn_lv_kv=34.5, vk_percent=12.0, vkr_percent=0.3, pfe_kw=90.0,
        i0_percent=0.08, tap_side="hv", tap_neutral=0, tap_pos=-2, tap_step_percent=1.25, tap_changer_type="Ratio")
    q_mvar = load_mw * math.tan(math.acos(power_factor))
    for feeder in range(6):
        at = mv
        for unit in range(8):
            ring, board = pp.create_bus(net, 34.5), pp.create_bus(net, 0.415)
            pp.create_line_from_parameters(
                net, at, ring, length_km=1.5 + 0.2 * feeder if unit == 0 else 0.15, r_ohm_per_km=0.062,
                x_ohm_per_km=0.118, c_nf_per_km=265.0, max_i_ka=0.7)
            at = ring
            pp.create_transformer_from_parameters(
                net, ring, board, sn_mva=3.0, vn_hv_kv=34.5, vn_lv_kv=0.415, vk_percent=6.0, vkr_percent=0.8,
                pfe_kw=3.5, i0_percent=0.3, tap_side="hv", tap_neutral=0, tap_pos=unit % 3 - 2, tap_step_percent=2.5,
                tap_changer_type="Ratio")
            for way in range(2):
                end = pp.create_bus(net, 0.415)
                pp.create_line_from_parameters(
                    net, board, end, length_km=0.03 + 0.01 * way, r_ohm_per_km=0.0115, x_ohm_per_km=0.008,
                    c_nf_per_km=0.0, max_i_ka=4.0)
                share = 1.0 + 0.02 * ((feeder + unit + way) % 5 - 2)
                pp.create_load(net, end, load_mw * share, q_mvar * share)
    return net


def cigre():
    """CIGRE MV without generation, tie lines open, its two transformers tapped."""
    net = radial(pn.create_cigre_network_mv(with_der=False))
    for column, values in {"tap_side": "hv", "tap_neutral": 0, "tap_step_percent": 1.25, "tap_pos": [-4, 2],
                           "tap_changer_type": "Ratio"}.items():
        net.trafo[column] = values
    return net


def mixed():
    """110/20/0.4 kV with charging, line conductance, odd ratios, generation, capacitors, two open branches."""
    rng = random.Random(7)
    net = pp.create_empty_network(f_hz=50.0, sn_mva=10.0)
    grid, mv = pp.create_bus(net, 110.0), pp.create_bus(net, 20.0)
    pp.create_ext_grid(net, grid, vm_pu=1.03)
    pp.create_transformer_from_parameters(
        net, grid, mv, sn_mva=40.0, vn_hv_kv=115.0, vn_lv_kv=21.0, vk_percent=11.0, vkr_percent=0.4, pfe_kw=25.0,
        i0_percent=0.1, tap_side="hv", tap_neutral=0, tap_pos=3, tap_step_percent=1.25, tap_changer_type="Ratio")
    medium = [mv]
    for k in range(40):
        bus = pp.create_bus(net, 20.0)
        line = pp.create_line_from_parameters(
            net, rng.choice(medium[-6:]), bus, length_km=round(rng.uniform(0.3, 2.5), 3), r_ohm_per_km=0.16,
            x_ohm_per_km=0.12, c_nf_per_km=270.0, g_us_per_km=0.8, max_i_ka=0.4)
        net.line.loc[line, "in_service"] = k not in (21, 33)
        medium.append(bus)
        low = pp.create_bus(net, 0.4)
        pp.create_transformer_from_parameters(
            net, bus, low, sn_mva=0.63, vn_hv_kv=20.5, vn_lv_kv=0.42, vk_percent=4.0, vkr_percent=1.1, pfe_kw=0.9,
            i0_percent=0.25, tap_side="hv", tap_neutral=0, tap_pos=rng.randint(-2, 2), tap_step_percent=2.5,
            tap_changer_type="Ratio")
        pp.create_load(net, low, round(rng.uniform(0.05, 0.5), 3), round(rng.uniform(-0.1, 0.25), 3))
        if k % 4 == 0:
            pp.create_sgen(net, low, round(rng.uniform(0.1, 0.9), 3), 0.0)
    return net


def main():
    networks = [
        export("baran_wu_33", "IEEE 33-bus (Baran and Wu 1989), pandapower case33bw", radial(pn.case33bw())),
        export("campus_nominal", "campus feeder, nominal load, power factor 0.97", campus(1.0, 0.97)),
        export("campus_heavy", "campus feeder, overloaded, power factor 0.75 lagging", campus(1.3, 0.75)),
        export("cigre_mv", "CIGRE MV, radial, tapped transformers, line charging", cigre()),
        export("mixed", mixed.__doc__, mixed()),
    ]
    path = sys.argv[1] if len(sys.argv) > 1 else "loadflow_reference.json"
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps({"pandapower": pp.__version__, "networks": networks}).replace('], "', '],\n"') + "\n")


if __name__ == "__main__":
    main()
