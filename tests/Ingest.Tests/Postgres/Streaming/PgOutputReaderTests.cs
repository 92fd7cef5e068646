using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Ingest.Postgres.Streaming;

namespace Tapline.Ingest.Tests.Postgres.Streaming;

public sealed class PgOutputReaderTests
{
    [Fact]
    public void A_row_s_columns_are_null_unchanged_or_text()
    {
        byte[] message = [0, 3, (byte)'n', (byte)'u', (byte)'t', 0, 0, 0, 2, (byte)'4', (byte)'2'];
        var row = new RowText();
        new PgOutputReader(message).ReadTuple(row);
        Assert.Equal(3, row.Count);
        Assert.True(row.IsNull(0));
        Assert.True(row.IsUnchanged(1));
        Assert.Equal("42"u8, row.Text(2));
    }

    [Fact]
    public void A_length_beyond_the_message_is_refused_where_it_stands()
    {
        var message = new byte[7];
        message[1] = 1;
        message[2] = (byte)'t';
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(3), int.MaxValue);
        var failure = Assert.Throws<PgOutputException>(() => new PgOutputReader(message).ReadTuple(new RowText()));
        Assert.Contains("byte 7 of 7", failure.Message);
    }

    [Fact]
    public void Noise_is_refused_by_the_protocol_s_own_exception() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), noise =>
        {
            foreach (var read in (Action[])
            [
                () => new PgOutputReader(noise).ReadTuple(new RowText()),
                () => new PgOutputReader(noise).ReadRelation(),
                () => new PgOutputReader(noise).ReadTruncate(),
            ])
            {
                try
                {
                    read();
                }
                catch (PgOutputException)
                {
                    // The only one that is allowed.
                }
            }
        }).QuickCheckThrowOnFailure();
}
