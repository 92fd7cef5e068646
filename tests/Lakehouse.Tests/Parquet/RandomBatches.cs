using System.Collections.Immutable;
using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;

namespace Tapline.Lakehouse.Tests.Parquet;

/// <summary>Makes batches of every shape that the writer decides by: types, nulls alone and in runs, few and many
/// distinct values, sequences, extremes.</summary>
sealed class RandomBatches(Random random)
{
    static readonly int[] RowCounts = [0, 1, 2, 7, 8, 9, 63, 64, 65, 127, 129, 1000, 4097, 20_000];

    static readonly string[] Texts =
    [
        "", "a", "ab", "zürich", "🍺 beer", "exactly8", "a\0b", "a\0", "seventeen letters", new string('x', 200),
        "\uFFFD",
    ];

    public ImmutableArray<ColumnSchema> Columns()
    {
        var types = Enum.GetValues<ColumnType>();
        var columns = ImmutableArray.CreateBuilder<ColumnSchema>();
        var count = random.Next(1, 7);
        for (var i = 0; i < count; i++)
        {
            var type = types[random.Next(types.Length)];
            var precision = type == ColumnType.Decimal ? random.Next(1, 39) : 0;
            columns.Add(new ColumnSchema($"column {i} ü", type)
            {
                Precision = precision,
                Scale = precision == 0 ? 0 : random.Next(precision + 1),
            });
        }
        return columns.ToImmutable();
    }

    public ColumnBatch Batch(ImmutableArray<ColumnSchema> columns) =>
        Batch(columns, RowCounts[random.Next(RowCounts.Length)]);

    public ColumnBatch Batch(ImmutableArray<ColumnSchema> columns, int rowCount)
    {
        var batch = new ColumnBatch(columns);
        foreach (var column in batch.Columns)
            Fill(column, rowCount);
        return batch;
    }

    void Fill(ColumnBuffer column, int rowCount)
    {
        var nullShare = random.Next(5) switch { 0 => 0, 1 => 0.01, 2 => 0.5, 3 => 1, _ => 0 };
        var stays = random.Next(2) == 0 ? 0 : 0.98; // Whether a null, or a value, is followed by another.
        var isNull = false;
        var next = Values(column);
        for (var row = 0; row < rowCount; row++)
        {
            if (random.NextDouble() >= stays)
                isNull = random.NextDouble() < nullShare;
            if (isNull || nullShare >= 1)
                column.AppendNull();
            else
                next();
        }
    }

    Action Values(ColumnBuffer column) => column.Type switch
    {
        ColumnType.Boolean => () => column.Append(random.Next(2) == 0),
        ColumnType.Int16 => Integers(value => column.Append((int)value), short.MinValue, short.MaxValue),
        ColumnType.Int32 => Integers(value => column.Append((int)value), int.MinValue, int.MaxValue),
        ColumnType.Int64 => Integers(value => column.Append((long)value), long.MinValue, long.MaxValue),
        // DuckDB's dates and timestamps end where the greatest number means infinity; the lake keeps far inside.
        ColumnType.Date => Integers(value => column.Append((int)value), -700_000, 2_900_000),
        ColumnType.Timestamp => Integers(
            value => column.Append((long)value), -60_000_000_000_000_000, 250_000_000_000_000_000),
        ColumnType.Decimal when column.Width == 8 => Integers(
            value => column.Append((long)value), 1 - Power(column.Precision), Power(column.Precision) - 1),
        ColumnType.Decimal => Integers(column.Append, 1 - Power(column.Precision), Power(column.Precision) - 1),
        ColumnType.Float32 => Doubles(value => column.Append((float)value)),
        ColumnType.Float64 => Doubles(column.Append),
        _ => Strings(column),
    };

    Action Integers(Action<Int128> append, Int128 min, Int128 max)
    {
        Int128 Anywhere()
        {
            // Wraps: the distance between the bounds of 38 digits does not fit a signed number.
            var bits = new UInt128((ulong)random.NextInt64() << 1, (ulong)random.NextInt64());
            return unchecked(min + (Int128)(bits % ((UInt128)max - (UInt128)min)));
        }
        var current = Anywhere();
        switch (random.Next(6))
        {
            case 0:
                return () => append(current);
            case 1:
                return () => append(Int128.Clamp(current += random.Next(5), min, max));
            case 2:
                return () => append(random.Next(2) == 0 ? min : max);
            case 3:
                var few = Enumerable.Range(0, random.Next(1, 300)).Select(_ => Anywhere()).ToArray();
                return () => append(few[random.Next(few.Length)]);
            case 4:
                return () =>
                {
                    if (random.Next(100) == 0)
                        current = Int128.Clamp(Anywhere(), min, max);
                    append(Int128.Clamp(current, min, max));
                };
            default:
                return () => append(Int128.Clamp(Anywhere(), min, max));
        }
    }

    Action Doubles(Action<double> append)
    {
        double[] odd = [0.0, -0.0, 1, -1, double.NaN, double.MaxValue, double.Epsilon, double.NegativeInfinity];
        var hasOdd = random.Next(3) == 0;
        var few = random.Next(3) == 0;
        var zeros = random.Next(6) == 0;
        return () => append(
            zeros ? odd[random.Next(2)]
            : hasOdd && random.Next(50) == 0 ? odd[random.Next(odd.Length)]
            : few ? random.Next(20) / 4.0
            : (random.NextDouble() - 0.5) * 1e6);
    }

    Action Strings(ColumnBuffer column)
    {
        var counter = random.Next(1000);
        var manySlots = random.Next(1, 5000);
        switch (random.Next(4))
        {
            case 0:
                return () => column.Append(Encoding.UTF8.GetBytes(Texts[random.Next(Texts.Length)]));
            case 1:
                return () => column.Append(Encoding.UTF8.GetBytes($"device-{counter++:D12}-unique"));
            case 2:
                return () => column.Append(Encoding.UTF8.GetBytes($"k{random.Next(manySlots)}"));
            default:
                return () => column.Append(column.Type == ColumnType.Binary
                    ? Enumerable.Range(0, random.Next(20)).Select(_ => (byte)random.Next(240, 256)).ToArray()
                    : Encoding.UTF8.GetBytes(new string((char)random.Next(32, 0x2000), random.Next(90))));
        }
    }

    static Int128 Power(int digits)
    {
        var power = Int128.One;
        for (var i = 0; i < digits; i++)
            power *= 10;
        return power;
    }
}
