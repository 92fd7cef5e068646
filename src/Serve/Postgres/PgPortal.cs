using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Serving.Postgres;

/// <summary>A statement that a client has prepared.</summary>
/// <param name="Sql">Its text as it came.</param>
/// <param name="Parameters">The types of its parameters.</param>
sealed record PgStatement(string Sql, ImmutableArray<int> Parameters)
{
    /// <summary>Its columns, once somebody has asked; null before.</summary>
    public ImmutableArray<DuckDbColumn>? Columns { get; set; }
}

/// <summary>A statement with its parameters, and how far its rows have been sent.</summary>
sealed class PgPortal(string sql, string text, PgAnswer? answer, ImmutableArray<short> formats) : IDisposable
{
    SqlReading? _reading;
    DuckDbChunk? _chunk;
    int _row;
    int _count;

    /// <summary>The statement as the client wrote it.</summary>
    public string Sql { get; } = sql;

    /// <summary>The statement as DuckDB reads it.</summary>
    public string Text { get; } = text;

    /// <summary>The answer where the session itself has it.</summary>
    public PgAnswer? Answer { get; } = answer;

    /// <summary>Rows sent so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Whether there are more rows than may be sent.</summary>
    public bool IsTruncated => _reading?.IsTruncated ?? false;

    /// <summary>Whether it runs.</summary>
    public bool IsOpen => _reading is not null;

    /// <summary>The columns, while it runs.</summary>
    public ImmutableArray<DuckDbColumn> Columns => _reading!.Columns;

    /// <summary>Takes the rows to send.</summary>
    public void Open(SqlReading reading) => _reading = reading;

    /// <summary>Whether a column is sent in binary form.</summary>
    public bool IsBinary(int column) => formats.Length switch
    {
        0 => false,
        1 => formats[0] == 1,
        var count => column < count && formats[column] == 1,
    };

    /// <summary>Writes the next rows, at most so many, until there is enough to send. False when there are no
    /// more.</summary>
    public bool Write(PgOutput output, long rowsMax, int bytesMax)
    {
        var columns = Columns;
        for (var sent = 0L; sent < rowsMax && output.Count < bytesMax; sent++)
        {
            if (_chunk is null || _row >= _count)
            {
                _chunk?.Dispose();
                _row = 0;
                _chunk = _reading!.Next(out _count);
                if (_chunk is null)
                    return false;
                if (_count == 0)
                {
                    sent--;
                    continue;
                }
            }
            output.Begin('D');
            output.Int16(columns.Length);
            for (var i = 0; i < columns.Length; i++)
                PgValues.Write(output, _chunk.Column(i), _row, PgTypes.Of(columns[i].Type), IsBinary(i));
            output.End();
            _row++;
            Rows++;
        }
        return true;
    }

    public void Dispose()
    {
        _chunk?.Dispose();
        _chunk = null;
        _reading?.Dispose();
        _reading = null;
    }
}
