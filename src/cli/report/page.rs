//! A page that stands alone: its style within, nothing from elsewhere, fit for print.

use maud::{DOCTYPE, Markup, html};

use super::svg::raw;

/// Type, colours and page breaks. Contrast of all text is at least 4.5 to 1.
const STYLE: &str = "
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:#1b2430;font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif}
main{max-width:1040px;margin:0 auto;padding:40px 32px 64px}
header{border-bottom:3px solid #1f5f99;padding-bottom:18px;margin-bottom:26px}
header p{margin:4px 0;color:#4a5563;max-width:74ch}
.kicker{font-size:13px;letter-spacing:.06em;text-transform:uppercase;color:#1f5f99;font-weight:600}
h1{font-size:32px;line-height:1.2;margin:4px 0 6px;font-weight:700;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:21px;margin:44px 0 8px;padding-top:4px;font-weight:650}
h3{font-size:16px;margin:24px 0 6px}
p{margin:6px 0 10px;max-width:78ch}
.note{color:#4a5563;font-size:13px;font-weight:400}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin:18px 0}
.tile{border:1px solid #d5dbe3;border-radius:8px;padding:12px 14px;break-inside:avoid}
.tile h3{margin:0;font-size:13px;font-weight:500;color:#4a5563}
.tile .value{font-size:26px;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums;white-space:nowrap}
.tile .value small{font-size:14px;font-weight:500;color:#4a5563}
.tile p{margin:2px 0 0;font-size:12px;line-height:1.4;color:#4a5563;overflow-wrap:anywhere}
.charts{display:grid;grid-template-columns:1fr 1fr;gap:22px 26px}
.charts>.wide,.charts figure.wide{grid-column:1/-1}
figure{margin:0;break-inside:avoid}
figcaption{font-size:15px;margin-bottom:2px}
.chart{display:block;width:100%;height:auto;margin-top:4px}
.chart text,.map text{font-family:inherit;fill:#1b2430}
.tick{font-size:12px;fill:#4a5563!important;font-variant-numeric:tabular-nums}
.name{font-size:12.5px}
.grid{stroke:#e3e7ed;stroke-width:1}
.axis{stroke:#8b95a3;stroke-width:1}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 14px;margin:2px 0 0;padding:0;font-size:12.5px;color:#333d4a}
.key{width:11px;height:11px;margin-right:5px;vertical-align:-1px}
.map{display:block;width:100%;height:auto;margin:6px 0;border:1px solid #d5dbe3;border-radius:8px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px;margin:8px 0 4px;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;border-bottom:2px solid #8b95a3;padding:5px 8px;vertical-align:bottom}
td{border-bottom:1px solid #e3e7ed;padding:4px 8px;vertical-align:top;overflow-wrap:break-word}
.t{white-space:nowrap}
.what{width:38%}.fig{width:36%}
th.n{text-align:right}td.n{text-align:right;white-space:nowrap}
.side{display:grid;grid-template-columns:minmax(0,640px) 1fr;gap:24px;align-items:start;break-inside:avoid}
.side .legend{flex-direction:column}
.side table{margin-top:6px}
.places td,.places th{padding:4px 6px}.places{font-size:12.8px}
tr.sum td{font-weight:600;background:#f4f7fa}
tr.loss td{background:#fdf1ec}
thead{display:table-header-group}
tr{break-inside:avoid}
.small table{font-size:11.5px;line-height:1.35}
.small td,.small th{padding:2px 6px}
.small td .note{font-size:inherit}
.chain{color:#4a5563}
ul.chain{margin:0;padding-left:18px}
code,pre{font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:12.5px}
pre{background:#f4f7fa;border:1px solid #d5dbe3;border-radius:6px;padding:10px 12px;white-space:pre-wrap;overflow-wrap:anywhere}
.hash{font-size:11px;overflow-wrap:anywhere}
.up{color:#a33512}.down{color:#00664c}
footer{margin-top:40px;padding-top:12px;border-top:1px solid #d5dbe3;color:#4a5563;font-size:12.5px}
@media screen and (max-width:760px){.tiles{grid-template-columns:1fr 1fr}.charts{grid-template-columns:1fr}.side{grid-template-columns:1fr}main{padding:20px 14px}}
@page{margin:14mm 13mm}
@media print{
body{font-size:10.5pt}
main{max-width:none;padding:0}
h1{font-size:22pt}h2{font-size:14pt;margin-top:20pt;break-after:avoid}h3{break-after:avoid}
.tiles{grid-template-columns:repeat(4,1fr)}.tile .value{font-size:17pt}
.page{break-before:page;margin-top:0}
.charts{gap:10px 18px}.side{grid-template-columns:60% 1fr;gap:14px}.side .legend{font-size:8pt}
.scroll{overflow:visible}
table{font-size:8.6pt}.small table{font-size:6.8pt}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
";

/// A whole page.
pub(crate) fn page(title: &str, body: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (raw(STYLE)) }
            }
            body { main { (body) } }
        }
    }
    .into_string()
}
