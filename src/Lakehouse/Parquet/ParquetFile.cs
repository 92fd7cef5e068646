using System.Collections.Immutable;
using Tapline.Lakehouse.Parquet.Statistics;

namespace Tapline.Lakehouse.Parquet;

/// <summary>One whole file, and what is in it.</summary>
/// <param name="Content">The file's bytes, in the writer's own memory: valid until the writer is used again.</param>
/// <param name="RowCount">Rows in all row groups.</param>
/// <param name="Statistics">A column each, in the order of the schema; they stay valid.</param>
public sealed record ParquetFile(
    ReadOnlyMemory<byte> Content, long RowCount, ImmutableArray<ColumnStatistics> Statistics);
