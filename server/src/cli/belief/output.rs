//! The file of beliefs, a line a trade.

use std::io::{BufWriter, Write};
use std::path::Path;

use shared::belief::Point;
use shared::market::Trade;

const HEADER: &str = "ticker,timestamp,price,count,fair_before,sd_before,fair_after,sd_after,\
                      w_diffusion,w_stray,w_jump,z,pit";

/// Writes what was believed at each of `trades`, in their order, leaving out those without a point.
pub(super) fn write(path: &Path, trades: &[Trade], points: &[Option<&Point>]) -> std::io::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "{HEADER}")?;
    for (trade, point) in trades.iter().zip(points) {
        let Some(point) = point else { continue };
        let [diffusion, stray, jump] = point.weights;
        writeln!(
            file,
            "{},{},{},{},{},{},{},{},{diffusion},{stray},{jump},{},{}",
            trade.ticker,
            trade.at,
            trade.price,
            trade.count,
            point.fair_before,
            point.sd_before,
            point.fair_after,
            point.sd_after,
            point.z,
            point.pit
        )?;
    }
    file.flush()
}
