using Microsoft.Extensions.Logging;
using Tapline.Contracts.Log;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;

namespace Tapline.Streaming.Lanes;

/// <summary>What a lane works with.</summary>
/// <param name="Log">Where changes come from.</param>
/// <param name="Lake">Where they go.</param>
/// <param name="Duck">Reads the lake's files back.</param>
/// <param name="Delta">Writes Delta tables.</param>
/// <param name="Time">The clock.</param>
/// <param name="Writer">Names this run of this worker: no other ever has the same.</param>
/// <param name="Logger">The log.</param>
sealed record LaneServices(
    IEventLog Log,
    IObjectStore Lake,
    DuckDbDatabase Duck,
    DeltaServices Delta,
    TimeProvider Time,
    string Writer,
    ILogger Logger);
